namespace DistributedCache.AspNetCore;

/// <summary>A Fastly service.</summary>
public sealed class FastlyEdgeOptions
{
    /// <summary>The service's id. Required.</summary>
    public string ServiceId { get; set; } = "";

    /// <summary>An API token that may purge the service (scope <c>purge_select</c>). Required; a secret.</summary>
    public string ApiToken { get; set; } = "";

    /// <summary>Whether what is purged may be served once more, stale within its window, while it is fetched anew. Default: false.</summary>
    public bool Soft { get; set; }

    /// <summary>Where the API is. Default: <c>https://api.fastly.com</c>.</summary>
    public Uri Endpoint { get; set; } = new("https://api.fastly.com");
}
