using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>Looks for steps after which a promise is broken, and for the fewest of them that still break it.</summary>
internal static class Search
{
    private const int StepsOfARun = 200;

    /// <summary>Runs that many steps of a seed; null where every promise was kept, else what broke and how.</summary>
    public static string? Run(int seed, int steps, ProtocolRules rules = ProtocolRules.All)
    {
        for (var run = 0; run < steps / StepsOfARun; run++)
        {
            var runSeed = unchecked((seed * 1_000_003) + run);
            var random = new Random(runSeed);
            var history = new Step[StepsOfARun];
            for (var i = 0; i < history.Length; i++) history[i] = new Step(random.Next(World.Kinds), random.Next(1_000), random.Next(1_000));
            if (Break(runSeed, history, rules) is not null) return Report(seed, runSeed, Shrink(runSeed, history, rules), rules);
        }

        return null;
    }

    private static BrokenPromiseException? Break(int seed, IEnumerable<Step> history, ProtocolRules rules, List<string>? story = null)
    {
        try
        {
            var world = new World(seed, rules, story);
            foreach (var step in history) world.Do(step);
            world.ComeToRest();
            return null;
        }
        catch (BrokenPromiseException broken)
        {
            return broken;
        }
    }

    /// <summary>Leaves out ever smaller pieces, as long as a promise breaks without them.</summary>
    private static Step[] Shrink(int seed, Step[] history, ProtocolRules rules)
    {
        for (var piece = history.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < history.Length;)
            {
                Step[] rest = [.. history.Take(at), .. history.Skip(at + piece)];
                if (Break(seed, rest, rules) is null) at += piece;
                else history = rest;
            }
        }

        return history;
    }

    private static string Report(int seed, int runSeed, Step[] history, ProtocolRules rules)
    {
        var story = new List<string>();
        var broken = Break(runSeed, history, rules, story)!;
        return $"Seed {seed}: {broken.Message}\nAfter {history.Length} steps of world {runSeed}:\n  {string.Join("\n  ", story)}";
    }
}
