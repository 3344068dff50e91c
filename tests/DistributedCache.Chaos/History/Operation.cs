namespace DistributedCache.Chaos.History;

/// <summary>What an event of the history is of.</summary>
internal enum Operation
{
    /// <summary>A read that may load.</summary>
    Read,

    /// <summary>A factory run, and the version it read from the source.</summary>
    Load,

    /// <summary>The source has a new version of a key from then on.</summary>
    Write,

    /// <summary>A value was stored.</summary>
    Set,

    /// <summary>A key was invalidated.</summary>
    Remove,

    /// <summary>A tag was invalidated.</summary>
    RemoveByTag,

    /// <summary>A prefix was invalidated.</summary>
    RemoveByPrefix,

    /// <summary>Everything was invalidated.</summary>
    Clear,

    /// <summary>A look for what is in Redis, by a node that keeps nothing and asks for one key at a time.</summary>
    Inspect,

    /// <summary>A look for what is stored once the load is over, without a factory.</summary>
    Find,

    /// <summary>The time from the call that invalidated a key to the last node's memory.</summary>
    Reach,

    /// <summary>A plain command's round trip, for how busy the machine is.</summary>
    Ping,

    /// <summary>A read of what nobody invalidates while a heartbeat is late.</summary>
    Keep,

    /// <summary>A fault from its first effect until it was healed.</summary>
    Fault,

    /// <summary>The time from a fault's end to the first moment at which all nodes were coherent again.</summary>
    Recover,

    /// <summary>A node died with all it knew, and another took its place.</summary>
    Crash,

    /// <summary>A new master has not got an acknowledged invalidation: ended is when the failover was over.</summary>
    Forget,
}
