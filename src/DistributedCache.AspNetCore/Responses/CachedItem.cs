namespace DistributedCache.AspNetCore.Responses;

/// <summary>What is cached under a request's key: a response, or that there is none.</summary>
internal abstract class CachedItem;

/// <summary>What a HEAD brings that renews nothing: who waited for its load begins one of his own. Never stored.</summary>
internal sealed class NotRenewed : CachedItem
{
    public static NotRenewed Instance { get; } = new();
}

/// <summary>The last response could not be stored: for a moment, requests like it are not made to wait for each other.</summary>
internal sealed class NotCacheable : CachedItem
{
    public static NotCacheable Instance { get; } = new();
}
