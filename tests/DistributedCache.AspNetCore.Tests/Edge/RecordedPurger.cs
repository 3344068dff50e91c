using System.Threading.Channels;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>An edge of which each purge is seen by the test.</summary>
internal sealed class RecordedPurger(TimeProvider? time = null) : IEdgePurger
{
    private readonly Channel<Purge> _purges = Channel.CreateUnbounded<Purge>();
    private int _begun;

    /// <summary>How many purges have begun.</summary>
    public int Begun => _begun;

    /// <summary>What a purge does; nothing, unless a test sets it.</summary>
    public Func<CancellationToken, Task> OnPurge { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether a purge ends when it is cancelled.</summary>
    public bool HeedsCancellation { get; init; } = true;

    /// <summary>The purges that the test has not read.</summary>
    public int Waiting => _purges.Reader.Count;

    public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        _purges.Writer.TryWrite(new Purge([.. tags], (time ?? TimeProvider.System).GetUtcNow()));
        await OnPurge(cancellationToken).WaitAsync(HeedsCancellation ? cancellationToken : CancellationToken.None);
    }

    /// <summary>The next purge.</summary>
    public async Task<Purge> NextAsync() => await _purges.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The next purge, while a fake clock goes on until it comes.</summary>
    public async Task<Purge> NextAsync(Microsoft.Extensions.Time.Testing.FakeTimeProvider clock)
    {
        await Advance.UntilAsync(clock, () => Waiting > 0);
        return await NextAsync();
    }

    internal sealed record Purge(string[] Tags, DateTimeOffset Time);
}
