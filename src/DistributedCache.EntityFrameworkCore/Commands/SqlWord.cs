namespace DistributedCache.EntityFrameworkCore.Commands;

/// <summary>A word, a quoted name or a sign of a command's text.</summary>
internal readonly record struct SqlWord(string Text, bool IsName, bool IsQuoted)
{
    public bool Is(string keyword) => !IsQuoted && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>The words of a text; comments and string literals are left out.</summary>
    public static List<SqlWord> Read(string sql)
    {
        var words = new List<SqlWord>();
        for (var i = 0; i < sql.Length;)
        {
            var c = sql[i];
            if (char.IsWhiteSpace(c)) i++;
            else if (sql.AsSpan(i).StartsWith("--")) i = After(sql, i, "\n");
            else if (sql.AsSpan(i).StartsWith("/*")) i = After(sql, i + 2, "*/");
            else if (c == '\'') Quoted(sql, ref i, '\'');
            else if (c is '"' or '`') words.Add(new(Quoted(sql, ref i, c), true, true));
            else if (c == '[') words.Add(new(Quoted(sql, ref i, ']'), true, true));
            else if (IsPart(c)) words.Add(new(Plain(sql, ref i), true, false));
            else words.Add(new(sql[i++].ToString(), false, false));
        }

        return words;
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '#' or '@';

    private static int After(string sql, int from, string end)
    {
        var at = sql.IndexOf(end, from, StringComparison.Ordinal);
        return at < 0 ? sql.Length : at + end.Length;
    }

    private static string Plain(string sql, ref int i)
    {
        var start = i;
        while (i < sql.Length && IsPart(sql[i])) i++;
        return sql[start..i];
    }

    /// <summary>Reads to the closing quote; a doubled one is part of the name.</summary>
    private static string Quoted(string sql, ref int i, char end)
    {
        var start = ++i;
        for (; i < sql.Length; i++)
        {
            if (sql[i] != end) continue;
            if (i + 1 < sql.Length && sql[i + 1] == end) i++;
            else break;
        }

        var name = sql[start..Math.Min(i, sql.Length)].Replace($"{end}{end}", end.ToString(), StringComparison.Ordinal);
        i++;
        return name;
    }
}
