using DistributedCache.Coherence;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Puts back what a partition missed, from its log; where that can't tell, the partition begins anew. One at a time each.</summary>
internal sealed class CatchUps(IRemoteTier remote, CoherenceState coherence, Action<Exception> failed) : IAsyncDisposable
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

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isStopped = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(false);
        _stop.Dispose();
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
                    if (!partition.IsMissing) return;
                    (after, target) = partition.BeginCatchUp();
                }

                var log = await remote.ReadLogAsync(number, after, _stop.Token).ConfigureAwait(false);
                Known known;
                lock (partition.Lock)
                {
                    if (partition.CatchUp(log, target)) continue;
                    known = new Known(partition.Incarnation, partition.Seen);
                }

                var head = await remote.TouchAsync(number, known, _stop.Token).ConfigureAwait(false);
                lock (partition.Lock) partition.Adopt(head, known);
            }
        }
        catch (Exception exception)
        {
            // The next heartbeat finds the partition behind and begins again.
            if (!_stop.IsCancellationRequested) failed(exception);
        }
    }
}
