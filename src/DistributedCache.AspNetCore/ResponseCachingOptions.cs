namespace DistributedCache.AspNetCore;

/// <summary>What holds for the caching of all responses.</summary>
public sealed class TieredResponseCachingOptions
{
    /// <summary>The name in <c>Cache-Status</c>, a token of RFC 9110. Default: <c>cache</c>.</summary>
    public string CacheName { get; set; } = "cache";

    /// <summary>Bytes of a body that is stored at most, from 0; a longer one is passed through. Default: 64 MiB.</summary>
    public long MaximumBodySize { get; set; } = 64 * 1024 * 1024;

    /// <summary>Whether what is no endpoint with a policy of its own is cached too, by what its responses say of themselves: for a
    /// proxy. Freshness is then guessed where a response says nothing. Default: false.</summary>
    public bool CacheAllEndpoints { get; set; }

    /// <summary>For how long after its lifetime a response may be served while its origin can't be reached (RFC 9111, section 4.2.4): a
    /// 502 or 504, or an exception of the network. Only where responses are cached by what they say, and of those that neither forbid it
    /// nor have a <c>stale-if-error</c> of their own. From zero; default: 1 hour.</summary>
    public TimeSpan StaleWhenUnreachableFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For how long after a response that could not be stored requests like it are not made to wait for each other. From zero;
    /// default: 5 s.</summary>
    public TimeSpan NotCacheableFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long a client that has written reads what it wrote on every node: a cookie tells the node what to wait for. From
    /// zero, which means no cookie, to a day; default: 30 s.</summary>
    public TimeSpan ReadYourWritesFor { get; set; } = TimeSpan.FromSeconds(30);

    internal TieredResponseCachingOptions Copy() => (TieredResponseCachingOptions)MemberwiseClone();
}
