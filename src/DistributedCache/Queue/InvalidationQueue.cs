using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Keys;
using DistributedCache.Pipeline;

namespace DistributedCache.Queue;

/// <summary>Invalidations the remote tier did not take: carried out in this process at once, and sent in order when it is back.</summary>
/// <remarks>Bounded by <see cref="TieredCacheOptions.MaximumQueuedInvalidations"/>. Nothing is lost while the process lives; what it
/// could not send when it ends is logged.</remarks>
internal sealed class InvalidationQueue : IAsyncDisposable
{
    private readonly CacheEngine _engine;
    private readonly TimeSpan _period;
    private readonly Lock _lock = new();
    private readonly PendingInvalidations _pending;
    private ITimer? _timer;
    private Task _sending = Task.CompletedTask;
    private volatile bool _isHolding;
    private bool _isStopped;
    private int _sent;

    public InvalidationQueue(CacheEngine engine, int maximum, TimeSpan period)
    {
        (_engine, _period) = (engine, period);
        _pending = new PendingInvalidations(engine.Coherence.Count, Math.Max(maximum, engine.Coherence.Count));
    }

    /// <summary>Keys and marks that wait.</summary>
    public int Length
    {
        get
        {
            lock (_lock) return _pending.Length;
        }
    }

    /// <summary>Whether an invalidation that concerns such an entry waits, so that the remote tier may not have it.</summary>
    public bool Holds(string index, StampSet stamps)
    {
        if (!_isHolding) return false;
        var partition = _engine.Coherence[stamps.Partition];
        lock (partition.Lock)
        {
            if (partition.IsHeld(index) || partition.Concerns(Mark.Clear, long.MinValue) || partition.Concerns(Mark.ClearOf(stamps.Tenant), long.MinValue)) return true;
        }

        foreach (ref readonly var stamp in stamps.Marks)
        {
            partition = _engine.Coherence[stamp.Partition];
            lock (partition.Lock)
            {
                if (partition.Concerns(stamp.Mark, long.MinValue)) return true;
            }
        }

        return false;
    }

    /// <summary>Whether the remote tier may not be asked for a key, since an invalidation of it waits.</summary>
    public bool Holds(in CacheKey key)
    {
        if (!_isHolding) return false;
        var partition = _engine.Coherence[key.Partition];
        lock (partition.Lock) return partition.IsHeld(key.Index);
    }

    /// <summary>Carries an invalidation out here, and sends it when it can be. It holds here when this returns.</summary>
    public void Add(QueuedInvalidation added)
    {
        lock (_lock)
        {
            _isHolding = true;
            Hold(added);
            if (_pending.Length == 0) CacheLog.InvalidationsQueued(_engine.Log);
            if (_pending.Add(added) is { } replaced)
            {
                // The clear is held before those it stands for are let go.
                foreach (var partition in _pending.Partitions) Hold(_pending.Peek(partition)!);
                foreach (var one in replaced) Release(one);
                CacheLog.InvalidationsCollapsed(_engine.Log, replaced.Count);
            }

            if (!_isStopped) _timer ??= _engine.Clock.CreateTimer(static self => _ = ((InvalidationQueue)self!).SendAsync(), this, _period);
        }
    }

    /// <summary>Sends what waits, as far as it is taken; or waits for who does. Never fails.</summary>
    public Task SendAsync()
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
        if (Length > 0) await SendAsync().ConfigureAwait(false);
        if (Length is > 0 and var lost) CacheLog.InvalidationsLost(_engine.Log, lost);
    }

    private async Task RunAsync(TaskCompletionSource done)
    {
        try
        {
            int[] partitions;
            lock (_lock) partitions = [.. _pending.Partitions];
            await Task.WhenAll(partitions.Select(SendAsync)).ConfigureAwait(false);
        }
        finally
        {
            Settle();
            done.SetResult();
        }
    }

    private void Settle()
    {
        lock (_lock)
        {
            if (_pending.Length > 0 || _sent == 0) return;
            CacheLog.InvalidationsSent(_engine.Log, _sent);
            _sent = 0;
            _isHolding = false;
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
                lock (_lock) next = _pending.Peek(partition);
                if (next is null || !await TrySendAsync(next).ConfigureAwait(false)) return;
                lock (_lock)
                {
                    // What took its place while it was sent goes out after it, and had it released.
                    if (!_pending.TryRemove(next)) continue;
                    Release(next);
                    _sent += next.Length;
                }
            }
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
        return await _engine.AppliedAsync(message).ConfigureAwait(false) is not null;
    }

    private void Hold(QueuedInvalidation added)
    {
        var partition = _engine.Coherence[added.Partition];
        lock (partition.Lock)
        {
            if (added.Kind == InvalidationKind.Mark) partition.Hold(added.Mark, _engine.Clock.Now);
            else partition.Hold(added.Keys.Select(static key => key.Index), added.Kind);
        }
    }

    private void Release(QueuedInvalidation sent)
    {
        var partition = _engine.Coherence[sent.Partition];
        lock (partition.Lock)
        {
            if (sent.Kind == InvalidationKind.Mark) partition.Release(sent.Mark);
            else partition.Release(sent.Keys.Select(static key => key.Index));
        }
    }
}
