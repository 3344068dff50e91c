using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>What all field values are made of: tokens, lists and quoted strings (RFC 9110, section 5.6).</summary>
internal static class HeaderText
{
    /// <summary>The characters of a token, <c>tchar</c>.</summary>
    public static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> Breaks = SearchValues.Create(",\"");

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>Takes the next member off a list; false where there is none left. A comma in a quoted string divides nothing, and one
    /// that is never closed reaches to the end.</summary>
    public static bool TryNext(ref ReadOnlySpan<char> list, out ReadOnlySpan<char> member)
    {
        while (!list.IsEmpty)
        {
            var end = EndOfMember(list);
            member = list[..end].Trim(" \t");
            list = end == list.Length ? default : list[(end + 1)..];
            if (!member.IsEmpty) return true;
        }

        member = default;
        return false;
    }

    /// <summary>The members of a field that may come on several lines.</summary>
    public static List<string> Members(StringValues lines)
    {
        var members = new List<string>();
        foreach (var line in lines)
        {
            ReadOnlySpan<char> rest = line;
            while (TryNext(ref rest, out var member)) members.Add(member.ToString());
        }

        return members;
    }

    /// <summary>What a quoted string says; the text itself where it is none.</summary>
    public static string Unquote(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"') return text.ToString();
        text = text[1..^1];
        if (!text.Contains('\\')) return text.ToString();
        var plain = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            plain[length++] = text[i];
        }

        return new string(plain, 0, length);
    }

    private static int EndOfMember(ReadOnlySpan<char> list)
    {
        var at = 0;
        while (true)
        {
            var found = list[at..].IndexOfAny(Breaks);
            if (found < 0) return list.Length;
            at += found;
            if (list[at] == ',') return at;
            at = EndOfQuoted(list, at);
        }
    }

    private static int EndOfQuoted(ReadOnlySpan<char> list, int at)
    {
        for (at++; at < list.Length; at++)
        {
            if (list[at] == '\\') at++;
            else if (list[at] == '"') return at + 1;
        }

        return list.Length;
    }
}
