using System.Buffers.Text;
using System.Text;

namespace DistributedCache.Redis.Protocol;

/// <summary>The names in a message: each behind its length in UTF-8 bytes and a colon, so that a name may be anything.</summary>
internal static class NameList
{
    public static byte[] Encode(IReadOnlyList<string> names)
    {
        var length = 0;
        foreach (var name in names) length += 11 + Encoding.UTF8.GetByteCount(name);
        var bytes = new byte[length];
        var at = 0;
        foreach (var name in names)
        {
            Utf8Formatter.TryFormat(Encoding.UTF8.GetByteCount(name), bytes.AsSpan(at), out var digits);
            bytes[at + digits] = (byte)':';
            at += digits + 1;
            at += Encoding.UTF8.GetBytes(name, bytes.AsSpan(at));
        }

        return bytes[..at];
    }

    /// <summary>False where the bytes are no such list.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out List<string> names)
    {
        names = [];
        while (!bytes.IsEmpty)
        {
            if (!Utf8Parser.TryParse(bytes, out int length, out var digits) || length < 0
                || digits >= bytes.Length || bytes[digits] != ':' || length > bytes.Length - digits - 1) return false;
            names.Add(Encoding.UTF8.GetString(bytes.Slice(digits + 1, length)));
            bytes = bytes[(digits + 1 + length)..];
        }

        return true;
    }
}
