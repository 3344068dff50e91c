using System.Buffers.Text;
using DistributedCache.Coherence;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>A head as scripts answer it, <c>inc base seq floor source</c>, and as the hash has it.</summary>
internal static class HeadText
{
    /// <summary>The fields a head is read from.</summary>
    public static readonly RedisValue[] Fields = ["inc", "base", "seq", "floor", "versions", "source"];

    /// <summary>The field of the eras, which is read with them only where the base is another than before.</summary>
    public static readonly RedisValue Eras = "eras";

    /// <param name="text">The answer.</param>
    /// <param name="rest">What stands behind the head.</param>
    public static Head Parse(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        var head = new Head(Next(ref text), Next(ref text), Next(ref text), Next(ref text)) { Source = Next(ref text) };
        rest = text;
        return head;
    }

    /// <summary>Reads the values of <see cref="Fields"/>; null where there is no hash, or it is not whole.</summary>
    public static Head? Read(ReadOnlySpan<RedisValue> values) =>
        IsSound(values[0], out var incarnation) && IsSound(values[1], out var @base) && IsSound(values[2], out var sequence)
            && IsSound(values[3].IsNull ? 0 : values[3], out var floor)
            ? new Head(incarnation, @base, sequence, floor) { Source = IsSound(values[5], out var source) ? source : 0 }
            : null;

    // As the scripts have it, which begin anew where a number is not sound.
    private static bool IsSound(RedisValue value, out long number) => value.TryParse(out number) && number is >= 0 and <= 1L << 53;

    private static long Next(ref ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long number, out var digits)) throw new RedisException("A script's head is not five numbers.");
        text = digits < text.Length ? text[(digits + 1)..] : [];
        return number;
    }
}
