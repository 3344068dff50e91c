namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Who waits for the purge of which tag. Nobody waits for an edge whose last purge failed, or that has had one for longer than
/// he would wait.</summary>
internal sealed class PurgeWaits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private List<TaskCompletionSource> _taken = [];
    private long? _began;
    private bool _isFailing;

    /// <summary>Ends when a purge of the tag that has yet to begin is done, or after a while.</summary>
    public async Task WaitAsync(string tag, TimeSpan timeout)
    {
        if (Add(tag, timeout) is not { } purged) return;
        try
        {
            await purged.Task.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Forget(tag, purged);
        }
    }

    /// <summary>A purge begins. Who comes while it is under way waits for the next: the edge may have done this one already, and fetched anew
    /// what is invalid only since.</summary>
    public void Begin(string[] tags)
    {
        lock (_lock)
        {
            _began = time.GetTimestamp();
            foreach (var tag in tags)
            {
                if (_waiting.Remove(tag, out var purged)) _taken.AddRange(purged);
            }
        }
    }

    /// <summary>The purge is done, or failed: then whoever waits, for this one or the next, waits no longer.</summary>
    /// <returns>Whether the one before had failed.</returns>
    public bool End(bool isDone)
    {
        lock (_lock)
        {
            var wasFailing = _isFailing;
            foreach (var purged in _taken) purged.TrySetResult();
            (_taken, _began, _isFailing) = ([], null, !isDone);
            if (isDone) return wasFailing;
            foreach (var purged in _waiting.Values.SelectMany(static tag => tag)) purged.TrySetResult();
            _waiting.Clear();
            return wasFailing;
        }
    }

    private TaskCompletionSource? Add(string tag, TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_isFailing || (_began is { } began && time.GetElapsedTime(began) >= timeout)) return null;
            var purged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_waiting.TryGetValue(tag, out var waiting)) waiting.Add(purged);
            else _waiting.Add(tag, [purged]);
            return purged;
        }
    }

    private void Forget(string tag, TaskCompletionSource purged)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(tag, out var waiting) && waiting.Remove(purged) && waiting.Count == 0) _waiting.Remove(tag);
        }
    }
}
