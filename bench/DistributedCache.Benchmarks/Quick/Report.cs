using System.Globalization;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>Plain tables on the console.</summary>
internal static class Report
{
    public static void Hits(string title, Measured[] results) => Table(
        title,
        ["", "ns", "ratio", "B/op"],
        results.Select(static r => new[] { r.Name, Number(r.Nanoseconds, "0.0"), Number(r.Ratio, "0.00"), Number(r.Bytes, "0.##") }));

    public static void Stampedes(string title, Measured[] results, double[] loads, int callers) => Table(
        title,
        ["", "ms", "ratio", "B/caller", "factory calls"],
        results.Zip(loads, (r, l) => new[]
        {
            r.Name, Number(r.Nanoseconds * callers / 1e6, "0.0"), Number(r.Ratio, "0.00"), Number(r.Bytes, "0.#"), Number(l, "0.##"),
        }));

    public static void Memory(string title, (string Name, double Bytes)[] results) =>
        Table(title, ["", "B/entry"], results.Select(static r => new[] { r.Name, Number(r.Bytes, "0.0") }));

    /// <summary>First column left, all others right.</summary>
    public static void Table(string title, string[] header, IEnumerable<string[]> rows)
    {
        string[][] lines = [header, .. rows];
        int[] widths = [.. header.Select((_, column) => lines.Max(line => line[column].Length))];

        Console.WriteLine(title);
        foreach (var line in lines)
            Console.WriteLine("  " + string.Join("  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
        Console.WriteLine();
    }

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
