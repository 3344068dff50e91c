namespace DistributedCache.Redis.Abilities;

/// <summary>What a server must be able to do for all promises to hold. Redis 7 and Valkey have all of it.</summary>
[Flags]
internal enum ServerAbilities
{
    None = 0,

    /// <summary>Scripts with the commands every one of ours needs: without them there is no shared tier.</summary>
    Scripts = 1,

    /// <summary>Scripts whose first line names flags.</summary>
    ScriptFlags = 2,

    /// <summary>Streams in scripts: the log.</summary>
    Streams = 4,

    /// <summary>Publishing to a shard in scripts, and subscribing to it.</summary>
    ShardedChannels = 8,

    /// <summary>A replication id in scripts, which changes with the master.</summary>
    RunId = 16,

    /// <summary>Numbers of 64 bits in scripts' <c>struct.pack</c>; no promise goes where they are missing.</summary>
    LongNumbers = 32,

    All = Scripts | ScriptFlags | Streams | ShardedChannels | RunId | LongNumbers,
}
