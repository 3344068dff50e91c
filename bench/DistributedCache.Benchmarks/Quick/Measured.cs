namespace DistributedCache.Benchmarks.Quick;

/// <summary>One candidate's medians over all rounds.</summary>
/// <param name="Name">The candidate.</param>
/// <param name="Nanoseconds">Time an operation.</param>
/// <param name="Ratio">Median of the ratios to the first candidate's turn in the same round.</param>
/// <param name="Bytes">Allocated an operation, by all threads together.</param>
internal sealed record Measured(string Name, double Nanoseconds, double Ratio, double Bytes)
{
    /// <summary>Folds rounds (one array a candidate, the first being what the others are compared with).</summary>
    public static Measured[] Fold(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(double Nanoseconds, double Bytes)>> rounds) =>
        Fold(names, rounds, [.. rounds.Select(_ => rounds[0])]);

    /// <summary>The same where each candidate's turn has one of the first's beside it.</summary>
    public static Measured[] Fold(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(double Nanoseconds, double Bytes)>> rounds, IReadOnlyList<IReadOnlyList<(double Nanoseconds, double Bytes)>> floors) =>
        [.. names.Select((name, i) => new Measured(
            name,
            Median(rounds[i].Select(static r => r.Nanoseconds)),
            Median(rounds[i].Zip(floors[i], static (own, first) => own.Nanoseconds / first.Nanoseconds)),
            Median(rounds[i].Select(static r => r.Bytes))))];

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
