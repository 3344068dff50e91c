using System.Buffers;
using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Responses;
using FsCheck.Xunit;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Tests.Responses;

/// <summary>What another node reads is what this one has written.</summary>
public class CachedItemSerializerTests
{
    private static readonly CachedItemSerializer Serializer = new();

    private static CachedItem Copy(CachedItem item)
    {
        var written = new ArrayBufferWriter<byte>();
        Serializer.Serialize(item, written);
        return Serializer.Deserialize(new ReadOnlySequence<byte>(written.WrittenMemory));
    }

    [Property]
    public void Deserialize_Written_HasEveryField(
        ushort status, byte[] body, int age, int received, int? fresh, (ushort WhileRevalidate, ushort IfError, bool Must, bool Limits) after, string[] names, string values, string? language)
    {
        names = [.. names.Select(static name => Whole(name ?? ""))];
        var lifetime = new Lifetime(fresh is { } f ? Math.Abs((long)f) : null, after.WhileRevalidate, after.IfError, after.Must, after.Limits);
        var stored = new StoredResponse(
            status % 1_000, [KeyValuePair.Create("X-Any", new StringValues(names)), KeyValuePair.Create("X-Text", (StringValues)"\u00e4")], body, age, received, lifetime,
            new Selection(names, Whole(values ?? ""), language is null ? null : Whole(language)));
        var copy = Assert.IsType<StoredResponse>(Copy(stored));
        Assert.Equal(
            (stored.Status, stored.InitialAge, stored.Received, stored.Lifetime, stored.Selection.Values, stored.Selection.Language),
            (copy.Status, copy.InitialAge, copy.Received, copy.Lifetime, copy.Selection.Values, copy.Selection.Language));
        Assert.Equal(stored.Selection.Names, copy.Selection.Names);
        Assert.Equal(stored.Headers, copy.Headers);
        Assert.Equal(stored.Body.ToArray(), copy.Body.ToArray());
    }

    [Fact]
    public void Deserialize_NotCacheable_IsThat() => Assert.IsType<NotCacheable>(Copy(NotCacheable.Instance));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Deserialize_CutAnywhere_SaysSo(int length)
    {
        var written = new ArrayBufferWriter<byte>();
        Serializer.Serialize(new StoredResponse(200, [], new byte[9], 0, 0, default, Selection.All), written);
        Assert.Throws<FormatException>(() => Serializer.Deserialize(new ReadOnlySequence<byte>(written.WrittenMemory[..Math.Min(length, written.WrittenCount - 1)])));
    }

    // Half a surrogate pair has no UTF-8, and is in no field.
    private static string Whole(string text) => new([.. text.Where(static character => !char.IsSurrogate(character))]);
}
