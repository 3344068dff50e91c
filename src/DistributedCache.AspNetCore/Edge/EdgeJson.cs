using System.Text.Json.Serialization;

namespace DistributedCache.AspNetCore.Edge;

internal sealed record FastlyPurge([property: JsonPropertyName("surrogate_keys")] string[] SurrogateKeys);

internal sealed record CloudflarePurge([property: JsonPropertyName("tags")] string[] Tags);

internal sealed record CloudflareAnswer([property: JsonPropertyName("success")] bool Success);

internal sealed record AkamaiPurge([property: JsonPropertyName("objects")] string[] Objects);

/// <summary>The bodies of purges and their answers.</summary>
[JsonSerializable(typeof(FastlyPurge))]
[JsonSerializable(typeof(CloudflarePurge))]
[JsonSerializable(typeof(CloudflareAnswer))]
[JsonSerializable(typeof(AkamaiPurge))]
internal sealed partial class EdgeJson : JsonSerializerContext;
