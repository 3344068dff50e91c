namespace DistributedCache;

/// <summary>How this cache behaves as an <c>IDistributedCache</c>, whose entries are primary: they are nowhere else.</summary>
public sealed class DistributedCacheAdapterOptions
{
    /// <summary>Whether entries with an absolute expiry are kept in this process too. Default: true. Turn it off for one-time tokens,
    /// which another node may have used up an instant ago.</summary>
    public bool Local { get; set; } = true;

    /// <summary>What a call does while the remote tier is away. Default: <see cref="UnavailableBehavior.Throw"/>.</summary>
    public UnavailableBehavior WhenUnavailable { get; set; }

    /// <summary>The entries' own part of <see cref="TieredCacheOptions.LocalSizeLimit"/>, in bytes, evicted by least recent use;
    /// more than zero. Default, null: they share what no profile has for its own.</summary>
    public long? LocalBudget { get; set; }
}
