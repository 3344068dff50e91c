using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Puts back what a partition missed, from its log; where that can't tell, the partition begins anew. One at a time each.</summary>
/// <remarks>Where another server forgot what this node knew, nobody can tell what else is gone: the partition gets a new incarnation, in
/// which nothing cached before is valid.</remarks>
internal sealed class CatchUps(IRemoteTier remote, CoherenceState coherence, CacheClock clock, Action<Exception> failed) : IAsyncDisposable
{
    private readonly Task[] _running = [.. Enumerable.Repeat(Task.CompletedTask, coherence.Count)];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private bool _isStopped;

    /// <summary>Begins one for the partition, unless it is under way: that looks again for what was found missing meanwhile. Never
    /// fails, and calls nothing before it returns.</summary>
    public Task Begin(int number)
    {
        lock (_lock)
        {
            if (_isStopped || !_running[number].IsCompleted) return _running[number];
            return _running[number] = Task.Run(() => RunAsync(number));
        }
    }

    /// <summary>Touches a partition and follows it to where it is then; false where that is not reached. Fails where the tier does.</summary>
    public async Task<bool> SyncAsync(int number)
    {
        var partition = coherence[number];
        var (head, known, sentAt) = await TouchAsync(number).ConfigureAwait(false);
        lock (partition.Lock)
        {
            if (partition.Verify(head, known, sentAt) is Progress.Current or Progress.Old) return true;
        }

        await Begin(number).ConfigureAwait(false);
        lock (partition.Lock) return partition.Verify(head, known, sentAt) is Progress.Current or Progress.Old;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isStopped = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Reads a head, before which a new server has begun its era, and begins a new incarnation if something known is lost.</summary>
    /// <returns>The head, and what was known when it was asked for and when that was.</returns>
    private async Task<(Head Head, Known Known, long SentAt)> TouchAsync(int number)
    {
        var partition = coherence[number];
        Known known;
        lock (partition.Lock) known = partition.Known;
        var sentAt = clock.Now;
        var head = await remote.TouchAsync(number, known, _stop.Token).ConfigureAwait(false);
        bool isLost;
        lock (partition.Lock) isLost = partition.IsLostIn(head, known);
        if (isLost)
        {
            head = await remote.BeginIncarnationAsync(number, head.Incarnation, known, _stop.Token).ConfigureAwait(false);
            lock (partition.Lock) partition.Adopt(head);
        }

        return (head, known, sentAt);
    }

    private async Task RunAsync(int number)
    {
        var partition = coherence[number];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                long after, target;
                lock (partition.Lock)
                {
                    if (!partition.Missed.Any) return;
                    (after, target) = partition.Missed.Begin();
                }

                var log = await remote.ReadLogAsync(number, after, _stop.Token).ConfigureAwait(false);
                lock (partition.Lock)
                {
                    if (partition.Missed.TryApply(log, target)) continue;
                }

                var (head, _, _) = await TouchAsync(number).ConfigureAwait(false);
                lock (partition.Lock) partition.Adopt(head);
            }
        }
        catch (Exception exception)
        {
            // The next heartbeat finds the partition behind and begins again.
            if (!_stop.IsCancellationRequested) failed(exception);
        }
    }
}
