namespace DistributedCache.EntityFrameworkCore.Commits;

/// <summary>The tags a transaction's commit will invalidate, by cache: contexts that share it add to the same.</summary>
internal sealed class PendingTags
{
    private readonly Lock _lock = new();

    private Dictionary<Invalidator, HashSet<string>> _tags = [];

    public void Add(Invalidator invalidator, IEnumerable<string> tags)
    {
        lock (_lock)
        {
            if (!_tags.TryGetValue(invalidator, out var set)) _tags.Add(invalidator, set = new(StringComparer.Ordinal));
            set.UnionWith(tags);
        }
    }

    /// <summary>Invalidates what is pending, once: a second call finds nothing.</summary>
    public Task InvalidateAsync()
    {
        Dictionary<Invalidator, HashSet<string>> tags;
        lock (_lock) (tags, _tags) = (_tags, []);
        return Task.WhenAll(tags.Select(static pending => pending.Key.InvalidateAsync(pending.Value)));
    }
}
