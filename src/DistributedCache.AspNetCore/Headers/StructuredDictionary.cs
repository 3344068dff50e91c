using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>A dictionary of structured fields (RFC 9651, sections 3.2 and 4.2.2). Parameters are read and left out.</summary>
internal static class StructuredDictionary
{
    // What a value is that no directive of caching has: a decimal, a token, bytes, a date, a list.
    private static readonly object Other = new();

    private static readonly SearchValues<char> Key = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~:/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The members, of which the last of a name counts: an integer is a long, a boolean a bool, a string a string, and
    /// anything else an object that is neither. Null where the text is no dictionary: all of it is then to be ignored.</summary>
    /// <param name="lines">The field's lines, which count as one.</param>
    public static Dictionary<string, object>? Parse(StringValues lines)
    {
        var text = string.Join(',', lines.ToArray()).AsSpan().Trim(' ');
        var members = new Dictionary<string, object>();
        while (!text.IsEmpty)
        {
            if (!TryKey(ref text, out var key)) return null;
            object value = true;
            if (TryTake(ref text, '='))
            {
                if (!(text.StartsWith("(") ? TryList(ref text, out value) : TryItem(ref text, out value))) return null;
            }

            if (!TrySkipParameters(ref text)) return null;
            members[key] = value;
            text = text.TrimStart(" \t");
            if (text.IsEmpty) return members;
            if (!TryTake(ref text, ',')) return null;
            text = text.TrimStart(" \t");
            if (text.IsEmpty) return null;
        }

        return members;
    }

    private static bool TryKey(ref ReadOnlySpan<char> text, out string key)
    {
        key = "";
        if (text.IsEmpty || !(char.IsAsciiLetterLower(text[0]) || text[0] == '*')) return false;
        var end = text.IndexOfAnyExcept(Key);
        key = Cut(ref text, end).ToString();
        return true;
    }

    private static bool TrySkipParameters(ref ReadOnlySpan<char> text)
    {
        while (TryTake(ref text, ';'))
        {
            text = text.TrimStart(' ');
            if (!TryKey(ref text, out _)) return false;
            if (TryTake(ref text, '=') && !TryItem(ref text, out _)) return false;
        }

        return true;
    }

    private static bool TryList(ref ReadOnlySpan<char> text, out object value)
    {
        value = Other;
        text = text[1..];
        while (true)
        {
            text = text.TrimStart(' ');
            if (TryTake(ref text, ')')) return true;
            if (!TryItem(ref text, out _) || !TrySkipParameters(ref text)) return false;
            if (text.IsEmpty || text[0] is not (' ' or ')')) return false;
        }
    }

    private static bool TryItem(ref ReadOnlySpan<char> text, out object value)
    {
        value = Other;
        if (text.IsEmpty) return false;
        switch (text[0])
        {
            case '-' or (>= '0' and <= '9'): return TryNumber(ref text, out value);
            case '"': return TryString(ref text, out value);
            case '?': return TryBoolean(ref text, out value);
            case ':':
                var end = text[1..].IndexOf(':');
                if (end < 0 || text.Slice(1, end).ContainsAnyExcept(Base64)) return false;
                text = text[(end + 2)..];
                return true;
            case '@':
                text = text[1..];
                return TryNumber(ref text, out var seconds) && seconds is long;
            case '*' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'):
                Cut(ref text, text.IndexOfAnyExcept(Token));
                return true;
            default: return false;
        }
    }

    /// <summary>An integer of 15 digits at most, or a decimal of 12 and 3.</summary>
    private static bool TryNumber(ref ReadOnlySpan<char> text, out object value)
    {
        value = Other;
        var sign = text.StartsWith("-") ? 1 : 0;
        var digits = Length(text[sign..]);
        if (digits is 0 or > 15) return false;
        var whole = text[..(sign + digits)];
        text = text[(sign + digits)..];
        if (!TryTake(ref text, '.'))
        {
            value = long.Parse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return true;
        }

        var fraction = Length(text);
        text = text[fraction..];
        return digits <= 12 && fraction is > 0 and <= 3;

        static int Length(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
    }

    private static bool TryBoolean(ref ReadOnlySpan<char> text, out object value)
    {
        value = text.StartsWith("?1");
        if (text.Length < 2 || text[1] is not ('0' or '1')) return false;
        text = text[2..];
        return true;
    }

    private static bool TryString(ref ReadOnlySpan<char> text, out object value)
    {
        value = Other;
        var plain = new StringBuilder();
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                value = plain.ToString();
                text = text[(i + 1)..];
                return true;
            }

            if (text[i] is < ' ' or > '~') return false;
            if (text[i] == '\\' && (++i == text.Length || text[i] is not ('"' or '\\'))) return false;
            plain.Append(text[i]);
        }

        return false;
    }

    private static bool TryTake(ref ReadOnlySpan<char> text, char character)
    {
        if (text.IsEmpty || text[0] != character) return false;
        text = text[1..];
        return true;
    }

    private static ReadOnlySpan<char> Cut(ref ReadOnlySpan<char> text, int end)
    {
        var taken = end < 0 ? text : text[..end];
        text = text[taken.Length..];
        return taken;
    }
}
