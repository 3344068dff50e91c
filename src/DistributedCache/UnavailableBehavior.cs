namespace DistributedCache;

/// <summary>What <c>IDistributedCache</c> does while the remote tier, which alone holds its entries, is away.</summary>
public enum UnavailableBehavior
{
    /// <summary>Throws, as Microsoft's stores do.</summary>
    Throw,

    /// <summary>Reads find nothing, and writes are dropped and counted.</summary>
    Miss,
}
