namespace DistributedCache.Coherence;

/// <summary>What came of a message, an acknowledgement or a head.</summary>
internal enum Progress
{
    /// <summary>It was next, and is applied; or the head found nothing missing.</summary>
    Current,

    /// <summary>It was known already, or is of an era or incarnation that is over.</summary>
    Old,

    /// <summary>Something before it is missing: the log has it, or the partition is dropped.</summary>
    Behind,

    /// <summary>It is of another incarnation or era: the log leads there, or the partition is dropped.</summary>
    Foreign,

    /// <summary>Something that was known here is not there any more: the partition is touched, and judged by its eras.</summary>
    Lost,
}
