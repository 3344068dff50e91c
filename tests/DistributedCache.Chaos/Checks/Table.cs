namespace DistributedCache.Chaos.Checks;

/// <summary>The rows as text.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<Row> rows, TextWriter output)
    {
        var (name, value) = (rows.Max(static r => r.Name.Length), rows.Max(static r => r.Value.Length));
        foreach (var row in rows)
        {
            var verdict = row.IsBroken ? "BROKEN" : row.Bound.Length > 0 ? "ok" : "";
            output.WriteLine($"{row.Name.PadRight(name)}  {row.Value.PadLeft(value)}  {(row.Bound.Length > 0 ? "<= " + row.Bound : ""),-10}  {verdict}".TrimEnd());
            foreach (var example in row.Examples) output.WriteLine($"    {example}");
        }
    }
}
