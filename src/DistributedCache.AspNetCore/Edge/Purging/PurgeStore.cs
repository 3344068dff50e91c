using DistributedCache.Remote;
using DistributedCache.Remote.InProcess;
using DistributedCache.Resilience;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>The pending purges of one edge: in the remote tier where there is one, so that they outlive this process and its other
/// processes share them; in memory where there is none, and what comes while it is away.</summary>
internal sealed class PurgeStore(string edge, int limit, IRemoteSchedule? remote, TimeSpan remoteTimeout, TimeProvider time, ILogger log)
{
    private readonly InProcessSchedule _memory = new(time);
    private readonly string _list = $"purges:{edge}";
    private int _isAway;

    /// <summary>How many are in memory alone.</summary>
    public int InMemory => _memory.Count(_list);

    /// <summary>Adds purges; false where there is no room for them.</summary>
    public async ValueTask<bool> AddAsync(IReadOnlyList<(string Name, TimeSpan Delay)> purges)
    {
        if (remote is not null)
        {
            try
            {
                return await AskAsync(remote.AddAsync(_list, purges, limit, CancellationToken.None).AsTask()).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // If it was added after all, it is purged once more than needed.
                SayAway(exception);
            }
        }

        return await _memory.AddAsync(_list, purges, limit, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Takes purges that are due, first those that only this process knows.</summary>
    public async ValueTask<PurgeClaim> ClaimAsync(int count, TimeSpan lease)
    {
        var own = await _memory.ClaimAsync(_list, count, lease, CancellationToken.None).ConfigureAwait(false);
        if (own.Names.Count > 0 || remote is null) return new PurgeClaim(_memory, own);
        try
        {
            var shared = await AskAsync(remote.ClaimAsync(_list, count, lease, CancellationToken.None).AsTask()).ConfigureAwait(false);
            _isAway = 0;
            var next = own.Next < shared.Next || shared.Next is null ? own.Next : shared.Next;
            return new PurgeClaim(remote, shared with { Next = next });
        }
        catch (Exception exception)
        {
            SayAway(exception);
            return new PurgeClaim(_memory, own);
        }
    }

    /// <summary>Removes what was purged. Where that fails, it is due again later, and purged once more than needed.</summary>
    public async ValueTask CompleteAsync(PurgeClaim claim)
    {
        try
        {
            await AskAsync(claim.Schedule.CompleteAsync(_list, claim.Claimed, CancellationToken.None).AsTask()).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            SayAway(exception);
        }
    }

    /// <summary>Makes due what is in memory, whose process ends.</summary>
    public void MakeDue() => _memory.MakeDue(_list);

    private async Task<T> AskAsync<T>(Task<T> call)
    {
        await AskAsync((Task)call).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    /// <summary>A call that no hung server holds up; what fails after that is observed.</summary>
    private async Task AskAsync(Task call)
    {
        try
        {
            await call.WaitAsync(remoteTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LateFailures.Observe(call);
            throw;
        }
    }

    private void SayAway(Exception exception)
    {
        if (Interlocked.Exchange(ref _isAway, 1) == 0) log.StoreAway(edge, exception);
    }
}
