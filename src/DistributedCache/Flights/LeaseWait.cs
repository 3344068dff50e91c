namespace DistributedCache.Flights;

/// <summary>One load's wait for a key's lease to end.</summary>
internal sealed class LeaseWait(LeaseWaits waits, string index) : IDisposable
{
    private volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Index => index;

    /// <summary>The next of the same key; the table's.</summary>
    public LeaseWait? Next { get; set; }

    /// <summary>Waits for a wake since the last wait began, at most so long: a wake may be lost.</summary>
    public async ValueTask WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        await _woken.Task.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();

        // Renewed before the lease is asked for again, for the reason the wait was entered before the first asking.
        if (_woken.Task.IsCompleted) _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Wake() => _woken.TrySetResult();

    public void Dispose() => waits.Leave(this);
}
