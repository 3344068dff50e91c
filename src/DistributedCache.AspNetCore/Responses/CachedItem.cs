namespace DistributedCache.AspNetCore.Responses;

/// <summary>What is cached under a request's key: a response, or why there is none.</summary>
internal abstract record CachedItem;

/// <summary>Responses differ by these request fields: the request's own is under a key with their values.</summary>
/// <param name="Names">Lower-case, each once, in order.</param>
internal sealed record VariantRule(string[] Names) : CachedItem;

/// <summary>The last response could not be stored: for a moment, requests like it are not made to wait for each other.</summary>
internal sealed record NotCacheable : CachedItem
{
    public static NotCacheable Instance { get; } = new();
}
