using System.Buffers.Text;
using DistributedCache.Coherence;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>A head as scripts answer it, <c>inc base seq floor</c>, and as the hash has it.</summary>
internal static class HeadText
{
    /// <summary>The fields a head is read from.</summary>
    public static readonly RedisValue[] Fields = ["inc", "base", "seq", "floor", "versions"];

    public static Head Parse(ReadOnlySpan<byte> text, IReadOnlyDictionary<string, long> floors) =>
        new(Next(ref text), Next(ref text), Next(ref text), Next(ref text), floors);

    /// <summary>Reads the values of <see cref="Fields"/>; null where there is no hash, or it is not whole.</summary>
    public static Head? Read(ReadOnlySpan<RedisValue> values, IReadOnlyDictionary<string, long> floors) =>
        values[0].TryParse(out long incarnation) && values[1].TryParse(out long @base) && values[2].TryParse(out long sequence)
            ? new Head(incarnation, @base, sequence, values[3].TryParse(out long floor) ? floor : 0, floors)
            : null;

    private static long Next(ref ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long number, out var digits)) throw new FormatException("A script's head is not four numbers.");
        text = digits < text.Length ? text[(digits + 1)..] : [];
        return number;
    }
}
