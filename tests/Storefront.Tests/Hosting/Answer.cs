using System.Net;
using System.Text.Json;

namespace Storefront.Tests.Hosting;

public sealed record Answer(HttpStatusCode Status, JsonElement Json, string Text, string? CacheStatus, string? Age, string? CacheControl)
{
    public bool IsHit => CacheStatus?.StartsWith("storefront; hit;", StringComparison.Ordinal) == true;

    public bool IsMiss => CacheStatus == "storefront; fwd=uri-miss; stored";

    public string Name => Json.GetProperty("name").GetString()!;

    public decimal Price => Json.GetProperty("price").GetDecimal();

    /// <summary>What a 400 says of a field.</summary>
    public string Fault(string field) => Json.GetProperty("errors").GetProperty(field)[0].GetString()!;
}
