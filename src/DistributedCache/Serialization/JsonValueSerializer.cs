using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Serialization;

/// <summary>A serializer whose knowledge of the type others may read too.</summary>
internal interface IJsonSerializer
{
    JsonTypeInfo TypeInfo { get; }
}

/// <summary>System.Text.Json by metadata, whether source-generated or found by reflection.</summary>
internal sealed class JsonValueSerializer<T>(JsonTypeInfo<T> typeInfo) : IHybridCacheSerializer<T>, IJsonSerializer
{
    // The last writer of this thread, to be used again. One that failed is not kept.
    [ThreadStatic]
    private static (JsonValueSerializer<T>? Maker, Utf8JsonWriter? Writer) _spare;

    private readonly JsonReaderOptions _reading = new()
    {
        AllowTrailingCommas = typeInfo.Options.AllowTrailingCommas,
        CommentHandling = typeInfo.Options.ReadCommentHandling,
        MaxDepth = typeInfo.Options.MaxDepth,
    };

    private readonly JsonWriterOptions _writing = new()
    {
        Encoder = typeInfo.Options.Encoder,
        MaxDepth = typeInfo.Options.MaxDepth,
        SkipValidation = true,
    };

    public JsonTypeInfo TypeInfo => typeInfo;

    public T Deserialize(ReadOnlySequence<byte> source)
    {
        // In one piece it is read once; a reader would first be led to the value's end.
        if (source.IsSingleSegment) return JsonSerializer.Deserialize(source.FirstSpan, typeInfo)!;
        var reader = new Utf8JsonReader(source, _reading);
        var value = JsonSerializer.Deserialize(ref reader, typeInfo);
        // Throws at anything but white space behind the value: bytes too many are a damaged payload.
        reader.Read();
        return value!;
    }

    public void Serialize(T value, IBufferWriter<byte> target)
    {
        // Taken while it is in use: a converter may come back here.
        var (maker, writer) = _spare;
        _spare = default;
        if (maker != this || writer is null) writer = new Utf8JsonWriter(target, _writing);
        else writer.Reset(target);
        JsonSerializer.Serialize(writer, value, typeInfo);
        writer.Flush();
        _spare = (this, writer);
    }
}
