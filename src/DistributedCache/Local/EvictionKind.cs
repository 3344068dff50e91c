namespace DistributedCache.Local;

/// <summary>How a region makes room when its budget is used up.</summary>
internal enum EvictionKind : byte
{
    /// <summary>S3-FIFO: what is read more than once stays, what was read once goes first.</summary>
    Adaptive,

    /// <summary>What was not read for longest goes first.</summary>
    Lru,

    /// <summary>Nothing goes before its time; a full region refuses new entries.</summary>
    Never,
}
