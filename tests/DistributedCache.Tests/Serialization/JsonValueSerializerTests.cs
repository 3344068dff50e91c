using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Serialization;

namespace DistributedCache.Tests.Serialization;

/// <summary>A thread's writer is used again: what one value left in it is no other's.</summary>
public class JsonValueSerializerTests
{
    [Fact]
    public void Serialize_OneAfterTheOther_WritesEachAlone()
    {
        var serializer = Serializer<string>(new JsonSerializerOptions());

        Assert.Equal("\"first\"", Written(serializer, "first"));
        Assert.Equal("\"second\"", Written(serializer, "second"));
    }

    [Fact]
    public void Serialize_ByOtherOptionsInBetween_WritesByItsOwn()
    {
        var escaping = Serializer<string>(new JsonSerializerOptions());
        var relaxed = Serializer<string>(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        Assert.Equal("\"\\u003C\"", Written(escaping, "<"));
        Assert.Equal("\"<\"", Written(relaxed, "<"));
        Assert.Equal("\"\\u003C\"", Written(escaping, "<"));
    }

    [Fact]
    public void Serialize_AfterOneThatFailed_WritesNothingOfThat()
    {
        var serializer = Serializer<Half>(new JsonSerializerOptions());

        Assert.Equal("{\"whole\":1}", Written(serializer, new Half(Fails: false)));
        Assert.Throws<NotSupportedException>(() => Written(serializer, new Half(Fails: true)));
        Assert.Equal("{\"whole\":1}", Written(serializer, new Half(Fails: false)));
    }

    [Fact]
    public void Serialize_InAConverterOfTheSameType_WritesEachToItsOwnTarget()
    {
        var options = new JsonSerializerOptions();
        JsonValueSerializer<Nested>? serializer = null;
        var inner = "";
        options.Converters.Add(new NestedConverter(value => inner = Written(serializer!, value)));
        serializer = Serializer<Nested>(options);

        Assert.Equal("[\"before\"]", Written(serializer, new Nested("before", null)));
        Assert.Equal("[\"outer\"]", Written(serializer, new Nested("outer", new Nested("inner", null))));
        Assert.Equal("[\"inner\"]", inner);
    }

    private static JsonValueSerializer<T> Serializer<T>(JsonSerializerOptions options)
    {
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        options.MakeReadOnly();
        return new JsonValueSerializer<T>((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    private static string Written<T>(JsonValueSerializer<T> serializer, T value)
    {
        var target = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, target);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }

    [JsonConverter(typeof(HalfConverter))]
    private sealed record Half(bool Fails);

    private sealed record Nested(string Name, Nested? Inner);

    /// <summary>Fails with an object begun.</summary>
    private sealed class HalfConverter : JsonConverter<Half>
    {
        public override Half Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Half value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            if (value.Fails) throw new NotSupportedException("Half an object.");
            writer.WriteNumber("whole", 1);
            writer.WriteEndObject();
        }
    }

    /// <summary>Has the inner value serialized while it writes the outer one.</summary>
    private sealed class NestedConverter(Action<Nested> serialize) : JsonConverter<Nested>
    {
        public override Nested Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Nested value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            if (value.Inner is { } inner) serialize(inner);
            writer.WriteStringValue(value.Name);
            writer.WriteEndArray();
        }
    }
}
