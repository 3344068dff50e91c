namespace DistributedCache.Local;

/// <summary>Collects under the lock what left, to be told after it: a callback must not run inside.</summary>
internal struct RemovalLog(Action<LocalEntry, RemovalReason>? callback)
{
    private List<(LocalEntry Entry, RemovalReason Reason)>? _removed;

    public void Add(LocalEntry entry, RemovalReason reason)
    {
        if (callback is not null)
            (_removed ??= []).Add((entry, reason));
    }

    public readonly void Report()
    {
        if (_removed is null)
            return;

        foreach (var (entry, reason) in _removed)
            callback!(entry, reason);
    }
}
