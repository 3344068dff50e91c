namespace DistributedCache.Chaos.Nodes;

/// <summary>Where a look without a factory looks.</summary>
internal enum Where
{
    Memory,
    Redis,
    Both,
}
