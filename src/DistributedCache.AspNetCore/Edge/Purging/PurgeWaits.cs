namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Who waits for the purge of which tag.</summary>
internal sealed class PurgeWaits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Ends when a purge of the tag that has yet to begin is done, or after a while.</summary>
    public async Task WaitAsync(string tag, TimeSpan timeout)
    {
        var purged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(tag, [purged]);
        try
        {
            await purged.Task.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Forget(tag, purged);
        }
    }

    /// <summary>Takes those who wait for a purge that begins now. Who comes while it is under way waits for the next: the edge may have done
    /// this one already, and fetched anew what is invalid only since.</summary>
    public List<(string Tag, List<TaskCompletionSource> Purged)> Take(string[] tags)
    {
        var taken = new List<(string, List<TaskCompletionSource>)>();
        lock (_lock)
        {
            foreach (var tag in tags)
            {
                if (_waiting.Remove(tag, out var purged)) taken.Add((tag, purged));
            }
        }

        return taken;
    }

    /// <summary>Lets those who were taken wait for the next purge, since this one failed; but for those who have given up.</summary>
    public void PutBack(List<(string Tag, List<TaskCompletionSource> Purged)> taken)
    {
        foreach (var (tag, purged) in taken) Add(tag, purged);
    }

    private void Add(string tag, List<TaskCompletionSource> added)
    {
        lock (_lock)
        {
            added.RemoveAll(static one => one.Task.IsCompleted);
            if (added.Count == 0) return;
            if (_waiting.TryGetValue(tag, out var waiting)) waiting.AddRange(added);
            else _waiting.Add(tag, added);
        }
    }

    private void Forget(string tag, TaskCompletionSource purged)
    {
        lock (_lock)
        {
            // Whoever has taken it may put it back.
            purged.TrySetResult();
            if (_waiting.TryGetValue(tag, out var waiting) && waiting.Remove(purged) && waiting.Count == 0) _waiting.Remove(tag);
        }
    }
}
