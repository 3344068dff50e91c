using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.AspNetCore.Edge.Tags;

/// <summary>The portable tag of a cache's tag: what every edge and RFC 9875 take, 1 to 32 characters of <c>a-z0-9._-</c>.</summary>
/// <remarks>A tag that is portable already stays as it is, so that it can be read and purged by hand. Any other, and any of a tenant, is
/// the readable part of it, two underscores and 80 bits of a hash over tenant and tag; a portable tag that looks like that is hashed as
/// well. So two tags share a portable one only if their hashes collide, and all that follows then is a purge too many.</remarks>
internal static class EdgeTags
{
    public const int MaximumLength = 32;

    /// <summary>How many a response may carry: what RFC 9875 asks of every cache.</summary>
    public const int MaximumCount = 32;

    private const string HashMark = "__";
    private const int HashBytes = 10;
    private const int HashLength = HashBytes * 8 / 5;
    private const int ReadableLength = MaximumLength - HashLength - 2;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> Portable = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> Hash = SearchValues.Create(Base32);

    public static string Of(string tenant, string tag) => tenant.Length == 0 && IsPortable(tag) && !LooksHashed(tag) ? tag : Hashed(tenant, tag);

    /// <summary>The portable tags of a response, each once and in the order of the tags; null where they are more than an edge keeps.</summary>
    public static IReadOnlyList<string>? Of(string tenant, IEnumerable<string> tags)
    {
        var portable = new List<string>();
        foreach (var tag in tags)
        {
            var own = Of(tenant, tag);
            if (portable.Contains(own)) continue;
            if (portable.Count == MaximumCount) return null;
            portable.Add(own);
        }

        return portable;
    }

    public static bool IsPortable(ReadOnlySpan<char> tag) => tag.Length is > 0 and <= MaximumLength && !tag.ContainsAnyExcept(Portable);

    private static bool LooksHashed(ReadOnlySpan<char> tag) =>
        tag.Length >= HashLength + HashMark.Length && tag[..^HashLength].EndsWith(HashMark) && !tag[^HashLength..].ContainsAnyExcept(Hash);

    private static string Hashed(string tenant, string tag)
    {
        // The tenant stands behind its length, so that no tenant and tag read as another's. It has no part in what can be read.
        var hash = SHA256.HashData(Encoding.Unicode.GetBytes($"{tenant.Length}:{tenant}:{tag}"));
        var text = new StringBuilder(MaximumLength);
        foreach (var character in tag.AsSpan(0, Math.Min(tag.Length, ReadableLength)))
        {
            var lower = char.ToLowerInvariant(character);
            text.Append(Portable.Contains(lower) ? lower : '.');
        }

        text.Append(HashMark);
        var (bits, count) = (0, 0);
        foreach (var part in hash.AsSpan(0, HashBytes))
        {
            bits = (bits << 8) | part;
            for (count += 8; count >= 5; count -= 5) text.Append(Base32[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }

        return text.ToString();
    }
}
