namespace DistributedCache.EntityFrameworkCore.Commands;

/// <summary>Finds the tables a command's text writes to. No parser: it knows where each dialect puts the name, and where the
/// same words mean something else.</summary>
internal static class SqlTargets
{
    /// <summary>What may stand between the verb and the table.</summary>
    private static readonly HashSet<string> Between = new(StringComparer.OrdinalIgnoreCase)
    {
        "INTO", "FROM", "TABLE", "ONLY", "IGNORE", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK",
    };

    /// <summary>What makes a verb that follows part of another statement: <c>ON DELETE CASCADE</c>, <c>FOR UPDATE</c>, <c>THEN UPDATE SET</c>.</summary>
    private static readonly HashSet<string> Inside = new(StringComparer.OrdinalIgnoreCase)
    {
        "ON", "FOR", "DO", "KEY", "THEN", "AFTER", "BEFORE", "OF", "OR", "NO",
    };

    /// <summary>What a statement that changes no rows begins with.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "WITH", "VALUES", "TABLE", "PRAGMA", "SET", "CREATE", "ALTER", "DROP", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT",
        "RELEASE", "DECLARE", "USE", "SHOW", "EXPLAIN", "VACUUM", "ANALYZE", "REINDEX", "ATTACH", "DETACH", "GRANT", "REVOKE", "LOCK", "PRINT", "IF",
    };

    /// <param name="sql">The command's text.</param>
    /// <param name="unknown">Where no table is found, the beginning of a command that may yet change one.</param>
    public static IReadOnlyList<SqlTarget> Find(string sql, out string? unknown)
    {
        var words = SqlWord.Read(sql);
        var targets = new List<SqlTarget>();
        for (var i = 0; i < words.Count; i++)
        {
            if (IsVerb(words, i)) AddTarget(words, i, targets);
        }

        unknown = targets.Count == 0 && words.Count > 0 && !Harmless.Contains(words[0].Text)
            ? string.Join(' ', words.TakeWhile(static word => word.IsName).Take(2).Select(static word => word.Text))
            : null;
        return [.. targets.Distinct()];
    }

    private static bool IsVerb(List<SqlWord> words, int at)
    {
        var word = words[at];
        if (!word.Is("INSERT") && !word.Is("UPDATE") && !word.Is("DELETE") && !word.Is("MERGE") && !word.Is("TRUNCATE") && !word.Is("REPLACE")) return false;
        if (at + 1 == words.Count || !words[at + 1].IsName) return false; // the function REPLACE(...)
        return at == 0 || !words[at - 1].IsQuoted && !Inside.Contains(words[at - 1].Text) && words[at - 1].Text is not ("." or ",");
    }

    private static void AddTarget(List<SqlWord> words, int verb, List<SqlTarget> targets)
    {
        var isDelete = words[verb].Is("DELETE") || words[verb].Is("TRUNCATE");
        var at = SkipToName(words, verb + 1);
        do
        {
            if (ReadName(words, ref at) is not { } name || words[at - 1].Is("SET") || words[at - 1].Is("ON")) return;
            var (schema, table) = name.Schema is null && Aliased(words, name.Table) is { } aliased ? aliased : name;
            targets.Add(new(schema, table, isDelete));
        }
        while (words[verb].Is("TRUNCATE") && at < words.Count && words[at++].Text == ",");
    }

    private static int SkipToName(List<SqlWord> words, int at)
    {
        while (at < words.Count)
        {
            if (words[at].Is("OR")) at += 2; // INSERT OR REPLACE
            else if (words[at].Is("TOP"))
            {
                at++;
                if (at < words.Count && words[at].Text == "(") at = words.FindIndex(at, static word => word.Text == ")") is >= 0 and var end ? end + 1 : words.Count;
                else at++;
                if (at < words.Count && words[at].Is("PERCENT")) at++;
            }
            else if (!words[at].IsQuoted && Between.Contains(words[at].Text)) at++;
            else break;
        }

        return at;
    }

    /// <summary>Reads <c>table</c>, <c>schema.table</c> or <c>database.schema.table</c>, and stops behind it.</summary>
    private static (string? Schema, string Table)? ReadName(List<SqlWord> words, ref int at)
    {
        if (at >= words.Count || !words[at].IsName) return null;
        string? schema = null;
        var table = words[at++].Text;
        while (at + 1 < words.Count && words[at].Text == "." && !words[at].IsQuoted)
        {
            if (words[at + 1].Text == ".") // database..table
            {
                at++;
                schema = null;
                continue;
            }

            (schema, table) = (table, words[at + 1].Text);
            at += 2;
        }

        return (schema, table);
    }

    /// <summary>The table an alias stands for: <c>UPDATE p SET ... FROM Products AS p</c>.</summary>
    private static (string? Schema, string Table)? Aliased(List<SqlWord> words, string alias)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].Is("FROM") && !words[i].Is("JOIN") && !words[i].Is("USING") && words[i].Text != ",") continue;
            var at = i + 1;
            if (ReadName(words, ref at) is not { } name) continue;
            if (at < words.Count && words[at].Is("AS")) at++;
            if (at < words.Count && words[at].IsName && words[at].Text.Equals(alias, StringComparison.OrdinalIgnoreCase)) return name;
        }

        return null;
    }
}
