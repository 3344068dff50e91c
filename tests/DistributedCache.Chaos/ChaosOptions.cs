using System.Globalization;

namespace DistributedCache.Chaos;

/// <summary>What the command line says.</summary>
internal sealed record ChaosOptions
{
    public const string Usage =
        "--nodes 4 --seconds 30 --faults kill,hang,failover,cut,drop,reshard,flush --seed 1 [--node-timeout 15000] [--history file.jsonl] [--rival fusion|hybrid]";

    private static readonly string[] FaultNames = ["kill", "hang", "failover", "cut", "drop", "reshard", "flush"];
    private static readonly string[] RivalNames = ["fusion", "hybrid"];

    /// <summary>Cache nodes; 2 to 16.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>How long faults are begun; 5 to 3600.</summary>
    public int Seconds { get; init; } = 30;

    public IReadOnlyList<string> Faults { get; init; } = FaultNames;

    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>cluster-node-timeout in milliseconds; 500 to 60,000.</summary>
    public int NodeTimeout { get; init; } = 15_000;

    /// <summary>Where the history goes; null: nowhere.</summary>
    public string? History { get; init; }

    /// <summary>The cache that takes this one's place; null: none.</summary>
    public string? Rival { get; init; }

    /// <exception cref="ArgumentException">An option is unknown, has no value, or one beyond its limits.</exception>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ChaosOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{name} has no value; the options are {Usage}.");
            options = name switch
            {
                "--nodes" => options with { Nodes = Number(name, value, 2, 16) },
                "--seconds" => options with { Seconds = Number(name, value, 5, 3_600) },
                "--seed" => options with { Seed = Number(name, value, int.MinValue, int.MaxValue) },
                "--node-timeout" => options with { NodeTimeout = Number(name, value, 500, 60_000) },
                "--faults" => options with { Faults = [.. value.Split(',').Select(fault => OneOf(name, fault, FaultNames)).Distinct()] },
                "--rival" => options with { Rival = OneOf(name, value, RivalNames) },
                "--history" => options with { History = value },
                _ => throw new ArgumentException($"{name} is no option; they are {Usage}."),
            };
        }

        return options;
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"{name} is '{value}', and must be a whole number from {least} to {most}.");

    private static string OneOf(string name, string value, string[] known) =>
        known.Contains(value) ? value : throw new ArgumentException($"{name} has '{value}', and may have {string.Join(", ", known)}.");
}
