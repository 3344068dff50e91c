namespace DistributedCache.Coherence;

/// <summary>The versions whose entries in the remote tier invalidations reach, and from which number on they do.</summary>
internal sealed class VersionFloors
{
    // Null while no head has said that its tier asks for registration.
    private Dictionary<string, long>? _floors;

    // What was taken in last: a tier hands out the same until something is new, and a beat brings one for every partition.
    private object? _taken;

    /// <summary>Takes in a head's; false where it says nothing new. A floor once known never falls; a version that is no longer there
    /// must be registered again.</summary>
    public bool TryRaise(Head head)
    {
        if (head.VersionFloors is not { } floors || floors == _taken) return false;
        _taken = floors;
        if (_floors is { } known && known.Count == floors.Count && floors.All(f => known.TryGetValue(f.Key, out var floor) && floor >= f.Value)) return false;
        _floors = floors.ToDictionary(static f => f.Key, f => Math.Max(f.Value, _floors?.GetValueOrDefault(f.Key) ?? 0));
        return true;
    }

    /// <summary>A new incarnation has registered nobody yet.</summary>
    public void Clear()
    {
        _floors?.Clear();
        _taken = null;
    }

    public bool Contains(IReadOnlyList<string> versions)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            if (!Contains(versions[i])) return false;
        }

        return true;
    }

    private bool Contains(string version) => _floors is null || _floors.ContainsKey(version);

    public bool Covers(string version, long sequence) => _floors is null || (_floors.TryGetValue(version, out var floor) && sequence >= floor);
}
