namespace DistributedCache.Coherence;

/// <summary>The versions whose entries in the remote tier invalidations reach, and from which number on they do.</summary>
internal sealed class VersionFloors
{
    // Null while no head has said that its tier asks for registration.
    private Dictionary<string, long>? _floors;

    /// <summary>Takes in a head's; false where it says nothing new. A floor once known never falls; a version that is no longer there
    /// must be registered again.</summary>
    public bool TryRaise(Head head)
    {
        if (head.VersionFloors is not { } floors) return false;
        if (_floors is { } known && known.Count == floors.Count && floors.All(f => known.TryGetValue(f.Key, out var floor) && floor >= f.Value)) return false;
        _floors = floors.ToDictionary(static f => f.Key, f => Math.Max(f.Value, _floors?.GetValueOrDefault(f.Key) ?? 0));
        return true;
    }

    /// <summary>A new incarnation has registered nobody yet.</summary>
    public void Clear() => _floors?.Clear();

    public bool Contains(string version) => _floors is null || _floors.ContainsKey(version);

    public bool Covers(string version, long sequence) => _floors is null || (_floors.TryGetValue(version, out var floor) && sequence >= floor);
}
