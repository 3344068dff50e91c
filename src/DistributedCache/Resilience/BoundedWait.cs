using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Polly.Timeout;

namespace DistributedCache.Resilience;

/// <summary>A wait for a call that ends with its answer, at a time limit or on cancellation, though the call itself may go on: what
/// it brings afterwards is given back and its error observed.</summary>
/// <remarks>Used again and again, with its timer: a wait allocates nothing but its place in the caller's token. Two hold it, the call
/// and whoever waits; it goes back to the pool after both. The timer is not stopped when a wait ends: most are over long before it fires,
/// and it then looks what it is to do for the one that is under way.</remarks>
internal sealed class BoundedWait<T> : IValueTaskSource<T>
{
    private readonly Pool _pool;
    private readonly Action _onAnswer;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<T> _core;
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _call;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private RemoteGroup? _group;
    private long _began;
    private int _holders;
    private bool _isReusable;

    // 1 while the timer is to fire.
    private int _isArmed;

    // Odd while waiting; goes up by one at each beginning and end, so that a late timer can't end the next wait.
    private long _state;

    private BoundedWait(Pool pool)
    {
        _pool = pool;
        _onAnswer = OnAnswer;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
            _timer = pool.Time.CreateTimer(static self => ((BoundedWait<T>)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public T GetResult(short token)
    {
        // A callback that could not be taken back may still be on its way here.
        _isReusable = !_token.CanBeCanceled || _cancellation.Unregister();
        try
        {
            var answer = _core.GetResult(token);
            _ = _group?.NoteAsync(null);
            return answer;
        }
        catch (Exception exception) when (_group is not null && !_token.IsCancellationRequested)
        {
            // Who waits is not to wait for that as well: it never fails, and goes on behind him.
            _ = _group.NoteAsync(exception);
            throw;
        }
        finally
        {
            Release();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ValueTask<T> Begin(in ValueTask<T> call, RemoteGroup? group, CancellationToken cancellationToken)
    {
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        _call = call.ConfigureAwait(false).GetAwaiter();
        _token = cancellationToken;
        _group = group;
        _holders = 2;
        _began = _pool.Time.GetTimestamp();
        Interlocked.Increment(ref _state);
        var wait = new ValueTask<T>(this, _core.Version);
        Arm(_pool.Limit);
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static self => ((BoundedWait<T>)self!).OnCancelled(), this);
        _call.UnsafeOnCompleted(_onAnswer);
        return wait;
    }

    private void OnAnswer()
    {
        try
        {
            var answer = _call.GetResult();
            if (TryEnd(Volatile.Read(ref _state))) _core.SetResult(answer);
            else _pool.GiveBack?.Invoke(answer);
        }
        catch (Exception exception)
        {
            if (TryEnd(Volatile.Read(ref _state))) _core.SetException(exception);
        }

        Release();
    }

    private void OnTimer()
    {
        // Not armed from here on, then looked: a wait that begins meanwhile either is seen here, or sees that and arms it.
        Interlocked.Exchange(ref _isArmed, 0);

        // Read before the time is: of a wait that began since, the limit has not passed, and of this one only once.
        var state = Interlocked.Read(ref _state);
        if (state % 2 == 0) return;
        var remaining = _pool.Limit - _pool.Time.GetElapsedTime(Volatile.Read(ref _began));
        if (remaining > TimeSpan.Zero) Arm(TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds)));
        else if (TryEnd(state)) Fail(new TimeoutRejectedException($"The remote tier did not answer within {_pool.Limit}.", _pool.Limit));
    }

    private void Arm(TimeSpan after)
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.Exchange(ref _isArmed, 1) == 0) _timer.Change(after, Timeout.InfiniteTimeSpan);
    }

    private void OnCancelled()
    {
        if (TryEnd(Volatile.Read(ref _state))) Fail(new OperationCanceledException(_token));
    }

    // Not on the thread of a timer or of whoever cancels.
    private void Fail(Exception exception)
    {
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(exception);
    }

    private bool TryEnd(long state) => state % 2 != 0 && Interlocked.CompareExchange(ref _state, state + 1, state) == state;

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        _call = default;
        _cancellation = default;
        _token = default;
        _group = null;
        if (_isReusable) _pool.Return(this);
        else _timer.Dispose();
    }

    /// <summary>Waits at rest.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="limit">How long a wait may take.</param>
    /// <param name="giveBack">What becomes of an answer that nobody waits for any more.</param>
    internal sealed class Pool(TimeProvider time, TimeSpan limit, Action<T>? giveBack = null)
    {
        private const int Most = 256;

        private readonly ConcurrentQueue<BoundedWait<T>> _resting = new();

        public TimeProvider Time => time;

        public TimeSpan Limit => limit;

        public Action<T>? GiveBack => giveBack;

        /// <summary>Waits for a call under way; one that is over is its own answer, but for a failure that is to be noted.</summary>
        /// <param name="call">The call.</param>
        /// <param name="cancellationToken">Who waits.</param>
        /// <param name="group">Where what comes of it is noted.</param>
        public ValueTask<T> WaitAsync(in ValueTask<T> call, CancellationToken cancellationToken, RemoteGroup? group = null)
        {
            if (group is null ? call.IsCompleted : call.IsCompletedSuccessfully) return call;
            return (_resting.TryDequeue(out var wait) ? wait : new BoundedWait<T>(this)).Begin(call, group, cancellationToken);
        }

        public void Return(BoundedWait<T> wait)
        {
            if (_resting.Count < Most) _resting.Enqueue(wait);
            else wait._timer.Dispose();
        }
    }
}
