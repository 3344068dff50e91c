using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>A validator of a representation (RFC 9110, section 8.8.3).</summary>
/// <param name="Opaque">What stands between the quotes, with them.</param>
/// <param name="IsWeak">Whether it says less than that every byte is the same.</param>
internal readonly record struct EntityTag(string Opaque, bool IsWeak)
{
    public static bool TryParse(ReadOnlySpan<char> text, out EntityTag tag)
    {
        tag = default;
        text = text.Trim(" \t");
        var isWeak = text.StartsWith("W/", StringComparison.Ordinal);
        if (isWeak) text = text[2..];
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"') return false;
        foreach (var character in text[1..^1])
        {
            if (character is '"' or < '\u0021' or '\u007F') return false;
        }

        tag = new EntityTag(text.ToString(), isWeak);
        return true;
    }

    /// <summary>Whether a condition's list names this one, compared weakly (section 13.1.2); <c>*</c> names every one.</summary>
    public static bool IsNamed(StringValues condition, EntityTag? current)
    {
        foreach (var line in condition)
        {
            ReadOnlySpan<char> rest = line;
            while (HeaderText.TryNext(ref rest, out var member))
            {
                if (member is "*") return true;
                if (current is { } tag && TryParse(member, out var named) && named.Opaque == tag.Opaque) return true;
            }
        }

        return false;
    }

    public override string ToString() => IsWeak ? $"W/{Opaque}" : Opaque;
}
