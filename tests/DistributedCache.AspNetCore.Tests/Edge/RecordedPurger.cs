using System.Threading.Channels;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>An edge of which each purge is seen by the test.</summary>
internal sealed class RecordedPurger : IEdgePurger
{
    private readonly Channel<string[]> _purges = Channel.CreateUnbounded<string[]>();

    /// <summary>What a purge does; nothing, unless a test sets it.</summary>
    public Func<CancellationToken, Task> OnPurge { get; set; } = static _ => Task.CompletedTask;

    public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        _purges.Writer.TryWrite([.. tags]);
        await OnPurge(cancellationToken);
    }

    /// <summary>The tags of the next purge.</summary>
    public async Task<string[]> NextAsync() => await _purges.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Whether a purge has come that the test has not read.</summary>
    public bool HasMore => _purges.Reader.Count > 0;
}
