using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Pipeline;

namespace DistributedCache.Queue;

/// <summary>Invalidations the remote tier did not take: carried out in this process at once, and sent in order when it is back.</summary>
/// <remarks>Bounded by <see cref="TieredCacheOptions.MaximumQueuedInvalidations"/>. Nothing is lost while the process lives; what it
/// could not send when it ends is logged.</remarks>
internal sealed class InvalidationQueue : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly CacheEngine _engine;
    private readonly TimeSpan _limit;
    private readonly Lock _lock = new();
    private readonly PendingInvalidations _pending;
    private ITimer? _timer;
    private TimeSpan _pause;
    private Task _sending = Task.CompletedTask;
    private volatile bool _isHolding;
    private bool _isStopped;
    private bool _isAdvancing;
    private int _sent;

    /// <param name="engine">The cache.</param>
    /// <param name="maximum">How many keys and marks may wait.</param>
    /// <param name="limit">How long the last attempt may take, when the cache ends.</param>
    public InvalidationQueue(CacheEngine engine, int maximum, TimeSpan limit)
    {
        (_engine, _limit) = (engine, limit);
        _pending = new PendingInvalidations(engine.Coherence, Math.Max(maximum, engine.Coherence.Count));
    }

    /// <summary>Keys and marks that wait.</summary>
    public int Length
    {
        get
        {
            lock (_lock) return _pending.Length;
        }
    }

    /// <summary>Whether any invalidation waits.</summary>
    public bool IsHolding => _isHolding;

    /// <summary>Whether an invalidation that concerns such an entry waits, so that the remote tier may neither be asked for it nor have it.</summary>
    public bool Holds(string index, StampSet stamps) => _isHolding && _engine.Coherence.IsHeld(index, stamps);

    /// <summary>Carries an invalidation out here, and sends it when it can be. It holds here when this returns.</summary>
    /// <returns>False for a primary value's number that is not sent, since too many wait.</returns>
    public bool TryAdd(QueuedInvalidation added)
    {
        lock (_lock)
        {
            // Before anything is held: who sees nothing of it began before.
            _isHolding = true;
            if (_pending.Length == 0) CacheLog.InvalidationsQueued(_engine.Log);
            var isAdded = _pending.TryAdd(added, out var collapsed);
            if (collapsed > 0) CacheLog.InvalidationsCollapsed(_engine.Log, collapsed);
            if (_isStopped) CacheLog.InvalidationsLost(_engine.Log, added.Length);
            else if (_timer is null)
            {
                _pause = ShortestPause;
                _timer = _engine.Clock.CreateTimer(static self => _ = ((InvalidationQueue)self!).SendAsync(), this, _pause);
            }

            return isAdded;
        }
    }

    /// <summary>Tries now what would be tried later: what was away has answered. What is under way may have asked before that.</summary>
    public void Hurry()
    {
        lock (_lock)
        {
            if (_isStopped || _timer is null) return;
        }

        _ = SendOnceMoreAsync();
    }

    public async ValueTask DisposeAsync()
    {
        ITimer? timer;
        lock (_lock)
        {
            _isStopped = true;
            timer = _timer;
            _timer = null;
        }

        if (timer is not null) await timer.DisposeAsync().ConfigureAwait(false);
        if (Length > 0) await SendOnceMoreAsync().WaitAsync(_limit, _engine.Clock.Provider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Length is > 0 and var lost) CacheLog.InvalidationsLost(_engine.Log, lost);
    }

    private async Task SendOnceMoreAsync()
    {
        await _sending.ConfigureAwait(false);
        await SendAsync().ConfigureAwait(false);
    }

    /// <summary>Sends what waits, as far as it is taken; or waits for who does. Never fails.</summary>
    private Task SendAsync()
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            if (!_sending.IsCompleted) return _sending;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _sending = done.Task;
        }

        return RunAsync(done);
    }

    private async Task RunAsync(TaskCompletionSource done)
    {
        try
        {
            int[] partitions;
            lock (_lock) partitions = [.. _pending.Partitions];
            await Task.WhenAll(partitions.Select(SendAsync)).ConfigureAwait(false);
            await TellOfClearedAsync().ConfigureAwait(false);
        }
        finally
        {
            Settle();
            done.SetResult();
        }
    }

    /// <summary>Ends with what waited, or sets when the rest is tried again: soon while it goes on, else ever later.</summary>
    private void Settle()
    {
        lock (_lock)
        {
            if (_pending.Length > 0)
            {
                _pause = _isAdvancing ? ShortestPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _isAdvancing = false;
                _timer?.Change(_pause, _pause);
                return;
            }

            if (_sent > 0) CacheLog.InvalidationsSent(_engine.Log, _sent);
            (_sent, _isAdvancing, _isHolding) = (0, false, false);
            _timer?.Dispose();
            _timer = null;
        }
    }

    private async Task SendAsync(int partition)
    {
        try
        {
            while (true)
            {
                QueuedInvalidation? next;
                lock (_lock) next = _pending.Send(partition);
                if (next is null || !await TrySendAsync(next).ConfigureAwait(false)) return;
                lock (_lock)
                {
                    if (!_pending.TryRemove(next)) continue;
                    _sent += next.Length;
                    _isAdvancing = true;
                }
            }
        }
        catch (Exception exception)
        {
            _engine.RemoteFailed(exception);
        }
    }

    /// <summary>Tells of the tags for which a clear stood in, once more as of those that were sent themselves. Never fails.</summary>
    private async Task TellOfClearedAsync()
    {
        Mark[] tags;
        lock (_lock) tags = _pending.TakeClearedTags();
        try
        {
            await Task.WhenAll(tags.Select(tag => _engine.TellAsync(tag).AsTask())).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _engine.RemoteFailed(exception);
        }
    }

    /// <summary>Whether it was numbered and carried out; one that was lost since is sent again.</summary>
    private async Task<bool> TrySendAsync(QueuedInvalidation next)
    {
        var known = _engine.KnownOf(next.Partition);
        var message = next.Kind == InvalidationKind.Mark
            ? await _engine.Remote.InvalidateAsync(next.Partition, next.Mark, known, CancellationToken.None).ConfigureAwait(false)
            : await _engine.Remote.InvalidateAsync(next.Partition, next.Kind, next.Keys, known, CancellationToken.None).ConfigureAwait(false);
        if (await _engine.Acknowledgements.ApplyAsync(message).ConfigureAwait(false) is null) return false;

        // Once more: until now the other processes answered what it ended.
        if (next.Kind == InvalidationKind.Mark) await _engine.TellAsync(next.Mark).ConfigureAwait(false);
        return true;
    }
}
