namespace DistributedCache.AspNetCore.Edge;

/// <summary>Addresses at an edge's API.</summary>
internal static class EdgeAddress
{
    /// <summary>A path under the API's own, if it has one: it may be behind a relay.</summary>
    public static Uri Of(Uri api, string path) => new(api.AbsoluteUri.TrimEnd('/') + path);
}
