using System.Diagnostics.CodeAnalysis;
using DistributedCache.Coherence;

namespace DistributedCache.Flights;

/// <summary>A running load, as the table knows it.</summary>
internal abstract class Flight : PendingKey
{
    private volatile bool _isListed;

    public abstract FlightKey Key { get; }

    /// <summary>Whether the table may have it; the table's.</summary>
    public bool IsListed
    {
        get => _isListed;
        set => _isListed = value;
    }
}

/// <summary>One running load that any number of callers wait for.</summary>
/// <remarks>
/// <para>A caller's cancellation ends that caller's wait; the last one's ends the load. Callers who can't be cancelled share the
/// flight's own task, so a stampede of them costs nothing each.</para>
/// <para>Most flights have one caller, who leads it and reads the result from it: the task is made for who waits beside him, and the
/// source of its cancellation for who may leave.</para>
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and outlives the flight where a caller leaves as it ends.")]
internal abstract class Flight<T> : Flight
{
    private Company? _company;
    private T? _value;
    private int _waiters;
    private bool _isKept;
    private volatile bool _isAbandoned;
    private volatile bool _isCompleted;

    public bool IsCompleted => _isCompleted;

    public Task<T> Task
    {
        get
        {
            lock (Gate)
            {
                var company = Accompany();
                if (company.Completion is not null) return company.Completion.Task;
                company.Completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_isCompleted) Tell(company.Completion);
                return company.Completion.Task;
            }
        }
    }

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Abandoned
    {
        get
        {
            lock (Gate)
            {
                if (_company?.Abandoned is { } abandoned) return abandoned.Token;
                if (_isKept) return CancellationToken.None;
                abandoned = Accompany().Abandoned = new CancellationTokenSource();
                if (_isAbandoned) abandoned.Cancel();
                return abandoned.Token;
            }
        }
    }

    /// <summary>Whether nobody waits any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    // A flight is the library's own, and nobody else locks it: a lock of its own would be one more object for each.
    protected object Gate => this;

    /// <summary>Whether a caller who comes now may have what this flight brings.</summary>
    public abstract bool Admits();

    /// <summary>Counts one more waiter; false where the last one has left already.</summary>
    public bool TryJoin()
    {
        lock (Gate)
        {
            if (_isAbandoned) return false;
            _waiters++;
            return true;
        }
    }

    /// <summary>Lets the load run to its end though nobody waits for it.</summary>
    public void KeepAloft()
    {
        lock (Gate) _isKept = true;
    }

    /// <summary>Waits as one of those who joined.</summary>
    public ValueTask<T> WaitAsync(CancellationToken cancellationToken) =>
        _isCompleted && _company?.Failure is null ? new ValueTask<T>(_value!)
        : cancellationToken.CanBeCanceled && !_isCompleted ? new ValueTask<T>(WaitCancellablyAsync(cancellationToken))
        : new ValueTask<T>(Task);

    protected bool TryComplete(T value) => TryEnd(value, null);

    protected bool TryFail(Exception exception) => TryEnd(default, exception);

    /// <summary>Stops waiting; the last one's leaving ends the load.</summary>
    protected void Leave()
    {
        CancellationTokenSource? abandoned;
        lock (Gate)
        {
            if (--_waiters > 0 || _isKept) return;
            _isAbandoned = true;
            abandoned = _company?.Abandoned;
        }

        // Outside the lock: registrations of the factory's run here. The source is never disposed, since a caller may leave while
        // the load ends; without a timer it holds nothing but memory.
        abandoned?.Cancel();
    }

    private bool TryEnd(T? value, Exception? failure)
    {
        lock (Gate)
        {
            if (_isCompleted) return false;
            _value = value;
            if (failure is not null) Accompany().Failure = failure;
            _isCompleted = true;

            // Continuations don't run here.
            if (_company?.Completion is { } completion) Tell(completion);
            return true;
        }
    }

    private void Tell(TaskCompletionSource<T> completion)
    {
        if (_company?.Failure is not { } failure)
        {
            completion.SetResult(_value!);
            return;
        }

        if (_isAbandoned && failure is OperationCanceledException cancelled && _company.Abandoned is { } abandoned && cancelled.CancellationToken == abandoned.Token)
            completion.SetCanceled(abandoned.Token);
        else completion.SetException(failure);

        // A background load may have no waiter: its failure was dealt with by who completes it.
        _ = completion.Task.Exception;
    }

    private Company Accompany() => _company ??= new Company();

    private async Task<T> WaitCancellablyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !_isCompleted)
        {
            Leave();
            throw;
        }
    }

    /// <summary>What a flight has only where somebody waits beside its leader, may leave, or hears that it failed.</summary>
    private sealed class Company
    {
        public TaskCompletionSource<T>? Completion { get; set; }

        public CancellationTokenSource? Abandoned { get; set; }

        public Exception? Failure { get; set; }
    }
}
