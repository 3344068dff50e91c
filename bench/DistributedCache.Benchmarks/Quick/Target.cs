namespace DistributedCache.Benchmarks.Quick;

/// <summary>A bound this library has set itself, and what was measured.</summary>
internal sealed record Target(string Name, double Value, double Bound, string Unit)
{
    public bool Holds => Value <= Bound;

    public override string ToString() =>
        FormattableString.Invariant($"{(Holds ? "holds " : "BROKEN")}  {Name}: {Value:0.##} {Unit}, bound {Bound:0.##} {Unit}");
}
