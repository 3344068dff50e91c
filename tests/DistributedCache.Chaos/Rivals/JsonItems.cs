using System.Text.Json;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace DistributedCache.Chaos.Rivals;

/// <summary>JSON, as FusionCache's own package of that name has it.</summary>
internal sealed class JsonItems : IFusionCacheSerializer
{
    public byte[] Serialize<T>(T? obj) => JsonSerializer.SerializeToUtf8Bytes(obj);

    public T? Deserialize<T>(byte[] data) => JsonSerializer.Deserialize<T>(data);

    public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

    public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
}
