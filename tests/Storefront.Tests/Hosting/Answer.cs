using System.Net;
using System.Text.Json;

namespace Storefront.Tests.Hosting;

/// <param name="Status">The status.</param>
/// <param name="Json">The body, where it is JSON.</param>
/// <param name="Text">The body.</param>
/// <param name="CacheStatus">What the cache says of it, without the key.</param>
/// <param name="Key">The key, which the cache says in Development alone.</param>
/// <param name="Age">The field.</param>
/// <param name="CacheControl">The field.</param>
public sealed record Answer(HttpStatusCode Status, JsonElement Json, string Text, string? CacheStatus, string? Key, string? Age, string? CacheControl)
{
    public bool IsHit => CacheStatus?.StartsWith("storefront; hit;", StringComparison.Ordinal) == true;

    public bool IsMiss => CacheStatus == "storefront; fwd=uri-miss; stored";

    public string Name => Json.GetProperty("name").GetString()!;

    public decimal Price => Json.GetProperty("price").GetDecimal();

    /// <summary>What a 400 says of a field.</summary>
    public string Fault(string field) => Json.GetProperty("errors").GetProperty(field)[0].GetString()!;
}
