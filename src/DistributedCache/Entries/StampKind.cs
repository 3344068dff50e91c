namespace DistributedCache.Entries;

/// <summary>What a named stamp is of.</summary>
internal enum StampKind : byte
{
    Tag = 0,
    Prefix = 1,
}
