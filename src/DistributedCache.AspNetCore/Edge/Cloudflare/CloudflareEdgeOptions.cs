namespace DistributedCache.AspNetCore;

/// <summary>A Cloudflare zone.</summary>
public sealed class CloudflareEdgeOptions
{
    /// <summary>The zone's id. Required.</summary>
    public string ZoneId { get; set; } = "";

    /// <summary>An API token with the permission to purge the zone's cache. Required; a secret.</summary>
    public string ApiToken { get; set; } = "";

    /// <summary>Where the API is, its version included. Default: <c>https://api.cloudflare.com/client/v4</c>.</summary>
    public Uri Endpoint { get; set; } = new("https://api.cloudflare.com/client/v4");
}
