namespace DistributedCache.Chaos.Checks;

/// <summary>One line of the table: what was counted, and whether a promise holds that is made of it.</summary>
/// <param name="Name">What was counted.</param>
/// <param name="Value">How much it was.</param>
/// <param name="Bound">What it may be; empty: it is only told.</param>
/// <param name="IsBroken">Whether it is beyond that.</param>
internal sealed record Row(string Name, string Value, string Bound = "", bool IsBroken = false)
{
    /// <summary>The first that broke it, for who looks for the cause.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    public static Row None(string name, int count, IEnumerable<string> examples) =>
        new(name, Number(count), "0", count > 0) { Examples = [.. examples.Take(3)] };

    public static Row Told(string name, int count) => new(name, Number(count));

    public static Row Time(string name, IReadOnlyCollection<double> milliseconds, double? bound, double? value = null) => milliseconds.Count == 0
        ? new(name, "none", bound is { } none ? FormattableString.Invariant($"{none:0} ms") : "")
        : new(name, FormattableString.Invariant($"{value ?? milliseconds.Max():0.0} ms of {milliseconds.Count}"),
            bound is { } most ? FormattableString.Invariant($"{most:0} ms") : "", (value ?? milliseconds.Max()) > bound);

    private static string Number(int count) => FormattableString.Invariant($"{count:#,0}");
}
