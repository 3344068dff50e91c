namespace DistributedCache.Coherence;

/// <summary>A set-associative table: each hash has a few ways, and what is new takes the place of what came first. With one way, or with
/// one that what is new always takes, two that are asked for in turn could put each other out for ever.</summary>
/// <remarks>Without a lock: what is kept is immutable, and what a race forgets is made again.</remarks>
internal sealed class RecentTable<T>
    where T : class
{
    private const int Ways = 4;
    private const int Sets = 1024;

    private readonly T?[] _items = new T?[Ways * Sets];

    /// <summary>What is kept under such a hash, others of its set among it.</summary>
    public ReadOnlySpan<T?> At(int hash) => SetOf(hash);

    public void Put(int hash, T item)
    {
        var set = SetOf(hash);
        set[..^1].CopyTo(set[1..]);
        set[0] = item;
    }

    private Span<T?> SetOf(int hash) => _items.AsSpan((int)((uint)hash % Sets) * Ways, Ways);
}
