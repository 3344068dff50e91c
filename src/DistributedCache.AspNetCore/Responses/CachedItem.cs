namespace DistributedCache.AspNetCore.Responses;

/// <summary>What is cached under a request's key: a response, or that there is none.</summary>
internal abstract class CachedItem;

/// <summary>The last response could not be stored: for a moment, requests like it are not made to wait for each other.</summary>
internal sealed class NotCacheable : CachedItem
{
    public static NotCacheable Instance { get; } = new();
}
