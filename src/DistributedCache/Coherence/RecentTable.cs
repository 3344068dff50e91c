namespace DistributedCache.Coherence;

/// <summary>A set-associative table: each hash has a few ways, and what finds none free takes the place of another. With one way two
/// that are asked for in turn could put each other out for ever.</summary>
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
        foreach (ref var free in set)
        {
            if (free is not null) continue;
            free = item;
            return;
        }

        // By bits that have not chosen the set.
        set[(int)((uint)hash / Sets % Ways)] = item;
    }

    private Span<T?> SetOf(int hash) => _items.AsSpan((int)((uint)hash % Sets) * Ways, Ways);
}
