using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Serialization;
using FsCheck.Xunit;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Serialization;

/// <summary>Values come back as they went, and whatever goes wrong is an answer with its reason.</summary>
public sealed class PayloadSerializerTests
{
    [Property]
    public void RoundTrip_OverAnySegments_IsTheValue(byte[] bytes, string? word, int number, byte split)
    {
        bytes ??= [];
        // A lone surrogate has no UTF-8 form; that it fails is another test's.
        word = word is null || !IsText(word) ? "" : word;
        Same(bytes, split, Assert.Equal);
        Same(word, split, Assert.Equal);
        Same(new Thing(number, "név", [number, 0]), split, (a, b) => Assert.Equivalent(a, b, strict: true));

        static bool IsText(string s) => s.EnumerateRunes().All(r => r != Rune.ReplacementChar);
    }

    [Fact]
    public void TrySerialize_String_IsItsUtf8()
    {
        using var buffer = new PooledBufferWriter(100);

        Assert.True(Payloads().TrySerialize("aé€😀", buffer, out _));

        Assert.Equal("aé€😀"u8.ToArray(), buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void TrySerialize_LoneSurrogate_FailsRatherThanChangeTheValue()
    {
        using var buffer = new PooledBufferWriter(100);

        Assert.False(Payloads().TrySerialize("a\ud800", buffer, out var failure));

        Assert.Equal(SerializationFailureReason.Threw, failure.Reason);
        Assert.IsType<EncoderFallbackException>(failure.Exception);
    }

    [Fact]
    public void TryDeserialize_NotUtf8_Fails()
    {
        Assert.False(Payloads().TryDeserialize<string>(new(new byte[] { 0xC3 }), out _, out var failure));
        Assert.IsType<DecoderFallbackException>(failure.Exception);
    }

    [Fact]
    public void TrySerialize_Null_FailsForWhatHasNoNull()
    {
        using var buffer = new PooledBufferWriter(100);

        Assert.False(Payloads().TrySerialize<string>(null!, buffer, out _));
        Assert.False(Payloads().TrySerialize<byte[]>(null!, buffer, out _));
        Assert.Equal(0, buffer.WrittenCount);
    }

    [Theory]
    [InlineData("""{"Number":1""")]
    [InlineData("""{"Number":1}}""")]
    [InlineData("""{"Number":1} 2""")]
    [InlineData("")]
    public void TryDeserialize_DamagedJson_Fails(string json)
    {
        Assert.False(Payloads().TryDeserialize<Thing>(new(Encoding.UTF8.GetBytes(json)), out var value, out var failure));

        Assert.Null(value);
        Assert.Equal((typeof(Thing), SerializationFailureReason.Threw), (failure.Type, failure.Reason));
        Assert.IsAssignableFrom<JsonException>(failure.Exception);
    }

    [Fact]
    public void TrySerialize_OverTheLimit_IsTooLarge()
    {
        Check(new byte[101]);
        Check(new string('x', 101));
        Check(new Thing(1, new string('x', 100), []));

        static void Check<T>(T value)
        {
            using var buffer = new PooledBufferWriter(100);
            Assert.False(Payloads().TrySerialize(value, buffer, out var failure));
            Assert.Equal(SerializationFailureReason.TooLarge, failure.Reason);
        }
    }

    [Fact]
    public void TrySerialize_SerializerSwallowsTheQuota_IsTooLargeAllTheSame()
    {
        using var buffer = new PooledBufferWriter(100);

        Assert.False(Payloads(new Swallowing()).TrySerialize(new Thing(1, "", []), buffer, out var failure));

        Assert.Equal(SerializationFailureReason.TooLarge, failure.Reason);
    }

    [Fact]
    public void Try_SerializerThrows_IsItsException()
    {
        var thrown = new FormatException("no");
        var payloads = Payloads(new Throwing(thrown));
        using var buffer = new PooledBufferWriter(100);

        Assert.False(payloads.TrySerialize(new Thing(1, "", []), buffer, out var writing));
        Assert.False(payloads.TryDeserialize<Thing>(default, out _, out var reading));

        Assert.Equal(new(typeof(Thing), SerializationFailureReason.Threw, thrown), writing);
        Assert.Equal(new(typeof(Thing), SerializationFailureReason.Threw, thrown), reading);
    }

    [Fact]
    public void Try_NothingSerializesTheType_SaysSo()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() };
        var payloads = new PayloadSerializer(new SerializerResolver(new ServiceCollection().BuildServiceProvider(), options));
        using var buffer = new PooledBufferWriter(100);

        Assert.False(payloads.TrySerialize(new Thing(1, "", []), buffer, out var writing));
        Assert.False(payloads.TryDeserialize<Thing>(default, out _, out var reading));

        Assert.Equal(new(typeof(Thing), SerializationFailureReason.NoSerializer), writing);
        Assert.Equal(writing, reading);
    }

    private static void Same<T>(T value, int split, Action<T, T> equal)
    {
        using var buffer = new PooledBufferWriter(1 << 20);
        Assert.True(Payloads().TrySerialize(value, buffer, out _));
        var written = buffer.WrittenMemory;
        split = Math.Min(split, written.Length);
        var first = new Segment(written[..split], 0, null!);
        var last = new Segment(written[split..], split, first);
        Assert.True(Payloads().TryDeserialize<T>(new(first, 0, last, last.Memory.Length), out var read, out _));
        equal(value, read);
    }

    private static PayloadSerializer Payloads(IHybridCacheSerializer<Thing>? serializer = null)
    {
        var services = new ServiceCollection();
        if (serializer is not null) services.AddSingleton(serializer);
        return new(new SerializerResolver(services.BuildServiceProvider()));
    }

    private sealed record Thing(int Number, string Name, int[] Values);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment previous)
        {
            Memory = memory;
            RunningIndex = index;
            if (previous is not null) previous.Next = this;
        }
    }

    private sealed class Throwing(Exception exception) : IHybridCacheSerializer<Thing>
    {
        public Thing Deserialize(ReadOnlySequence<byte> source) => throw exception;

        public void Serialize(Thing value, IBufferWriter<byte> target) => throw exception;
    }

    private sealed class Swallowing : IHybridCacheSerializer<Thing>
    {
        public Thing Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException();

        public void Serialize(Thing value, IBufferWriter<byte> target)
        {
            try
            {
                target.Write(new byte[200]);
            }
            catch (InvalidOperationException)
            {
                // As a serializer that tries something shorter next would.
            }
        }
    }
}
