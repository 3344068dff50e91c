using System.Diagnostics.CodeAnalysis;

namespace DistributedCache.Flights;

/// <summary>One running load that any number of callers wait for.</summary>
/// <remarks>A caller's cancellation ends that caller's wait; the last one's ends the load. Callers who can't be cancelled share the
/// flight's own task, so a stampede of them costs nothing each.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and outlives the flight where a caller leaves as it ends.")]
internal abstract class Flight<T>
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Lock _lock = new();
    private int _waiters;
    private bool _isKept;
    private bool _isAbandoned;

    protected Flight(FlightKey key)
    {
        Key = key;
        Abandoned = _abandoned.Token;
    }

    public FlightKey Key { get; }

    public Task<T> Task => _completion.Task;

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Abandoned { get; }

    /// <summary>Whether a caller who comes now may have what this flight brings.</summary>
    public abstract bool Admits();

    /// <summary>Counts one more waiter; false where the last one has left already.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isAbandoned) return false;
            _waiters++;
            return true;
        }
    }

    /// <summary>Lets the load run to its end though nobody waits for it.</summary>
    public void KeepAloft()
    {
        lock (_lock) _isKept = true;
    }

    /// <summary>Waits as one of those who joined.</summary>
    public ValueTask<T> WaitAsync(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && !Task.IsCompleted ? new ValueTask<T>(WaitCancellablyAsync(cancellationToken)) : new ValueTask<T>(Task);

    protected bool TryComplete(T value) => _completion.TrySetResult(value);

    protected bool TryFail(Exception exception)
    {
        var failed = exception is OperationCanceledException cancelled && cancelled.CancellationToken == Abandoned
            ? _completion.TrySetCanceled(Abandoned)
            : _completion.TrySetException(exception);

        // A background load may have no waiter: its failure was dealt with by who completes it.
        _ = _completion.Task.Exception;
        return failed;
    }

    private async Task<T> WaitCancellablyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !Task.IsCompleted)
        {
            Leave();
            throw;
        }
    }

    /// <summary>Stops waiting; the last one's leaving ends the load.</summary>
    protected void Leave()
    {
        lock (_lock)
        {
            if (--_waiters > 0 || _isKept) return;
            _isAbandoned = true;
        }

        // Outside the lock: registrations of the factory's run here. The source is never disposed, since a caller may leave while
        // the load ends; without a timer it holds nothing but memory.
        _abandoned.Cancel();
    }
}
