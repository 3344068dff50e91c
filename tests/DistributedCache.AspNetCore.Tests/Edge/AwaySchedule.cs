using DistributedCache.Remote;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>A shared store that is away, comes back, hangs or is broken in part.</summary>
internal sealed class AwaySchedule : IRemoteSchedule
{
    /// <summary>What each call waits for before it fails.</summary>
    public Task Hangs { get; init; } = Task.CompletedTask;

    public IRemoteSchedule? There { get; init; }

    public bool IsThere { get; set; }

    /// <summary>What a claim waits for.</summary>
    public Func<Task>? OnClaim { get; set; }

    /// <summary>Whether nothing can be added.</summary>
    public bool TakesNothing { get; init; }

    /// <summary>Whether what was purged can't be removed.</summary>
    public bool KeepsAll { get; init; }

    public ValueTask<bool> AddAsync(string list, IReadOnlyList<(string Name, TimeSpan Delay)> names, int limit, CancellationToken cancellationToken) =>
        IsThere && !TakesNothing ? There!.AddAsync(list, names, limit, cancellationToken) : new(FailAsync<bool>());

    public ValueTask<ClaimedNames> ClaimAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken) =>
        IsThere ? new(ClaimThereAsync(list, count, lease, cancellationToken)) : new(FailAsync<ClaimedNames>());

    public ValueTask CompleteAsync(string list, ClaimedNames claimed, CancellationToken cancellationToken) =>
        IsThere && !KeepsAll ? There!.CompleteAsync(list, claimed, cancellationToken) : new(FailAsync<bool>());

    private async Task<ClaimedNames> ClaimThereAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (OnClaim is { } before) await before();
        return await There!.ClaimAsync(list, count, lease, cancellationToken);
    }

    private async Task<T> FailAsync<T>()
    {
        await Hangs;
        throw new TimeoutException();
    }
}
