namespace DistributedCache.Diagnostics;

/// <summary>What is counted for one profile: an id of <see cref="HitCounters"/> for each kind of answer.</summary>
internal sealed class CacheCounters(string profile) : IDisposable
{
    public string Profile => profile;

    /// <summary>Answers from this process, fresh.</summary>
    public int LocalHit { get; } = HitCounters.Allocate();

    /// <summary>Answers from this process beyond their lifetime, or unverified.</summary>
    public int LocalStale { get; } = HitCounters.Allocate();

    /// <summary>Answers from the remote tier.</summary>
    public int RemoteHit { get; } = HitCounters.Allocate();

    /// <summary>Answers from the remote tier that only stood in for a failed load.</summary>
    public int RemoteStale { get; } = HitCounters.Allocate();

    /// <summary>Requests that no tier could answer.</summary>
    public int Miss { get; } = HitCounters.Allocate();

    /// <summary>Requests that waited for a load another had begun.</summary>
    public int Collapsed { get; } = HitCounters.Allocate();

    public void Dispose()
    {
        foreach (var id in (ReadOnlySpan<int>)[LocalHit, LocalStale, RemoteHit, RemoteStale, Miss, Collapsed]) HitCounters.Free(id);
    }
}
