namespace DistributedCache;

/// <summary>Where a value came from.</summary>
public enum CacheTier
{
    /// <summary>From nowhere: there is no value.</summary>
    None,

    /// <summary>From this process (L1).</summary>
    Local,

    /// <summary>From the remote tier (L2).</summary>
    Remote,

    /// <summary>From the factory, run for this caller or for one it waited with.</summary>
    Source,
}
