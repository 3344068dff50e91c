namespace DistributedCache;

/// <summary>How a profile's entries make room in this process (L1).</summary>
public enum LocalEviction
{
    /// <summary>What is read more than once stays, what was read once goes first. Right for nearly everything.</summary>
    Adaptive,

    /// <summary>What was not read for longest goes first, within a budget of the profile's own.</summary>
    Lru,

    /// <summary>Nothing goes before its time, within a budget of the profile's own; over it, new entries are refused, logged and counted.</summary>
    Never,
}
