namespace DistributedCache.Benchmarks;

/// <summary>A thousand hot keys, and an order to ask for them in.</summary>
public sealed class HotKeys
{
    public const int Count = 1_000;
    private const int Seed = 17;

    public static readonly string[] Tags = ["category:7", "brand:12", "season:spring"];

    /// <summary>The keys entries are stored under.</summary>
    public string[] Stored { get; } = Make();

    /// <summary>Equal keys to ask with, in random order: other instances, as a request makes its own string.</summary>
    public string[] Asked { get; } = Shuffled(Make());

    private static string[] Make() => [.. Enumerable.Range(0, Count).Select(static i => $"product:{10_000 + (i * 7)}")];

    private static string[] Shuffled(string[] keys)
    {
        new Random(Seed).Shuffle(keys);
        return keys;
    }
}
