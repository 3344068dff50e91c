using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace DistributedCache.Local;

/// <summary>
/// What a collection allocates beside itself and its elements' own objects: arrays, buckets, nodes. Capacity is not
/// visible without reflection, and lies between the count (copied from something counted) and the next step of
/// growth (built by adding): the geometric mean of the two is never off by more than √2, even where there is nothing
/// but the array.
/// </summary>
internal static class WeightOfContainer
{
    private const int HashEntryFields = 8;
    private const int Bucket = 4;
    private const int Node = 48;

    // System.Collections' growth by doubling and rounding up to a prime of its table.
    private static readonly int[] HashCapacities =
        [3, 7, 17, 37, 89, 197, 431, 919, 1931, 4049, 8419, 17519, 36353, 75431, 156437, 324449, 672827, 1395263, 2893249, 5999471];

    private static readonly HashSet<Type> Hashed = [typeof(Dictionary<,>), typeof(HashSet<>)];

    // One object an element: links, a colour or height, the element; all are within 16 bytes of the constant. The
    // number is what an empty one has besides: an inner tree with its comparer, an empty node, the tables and locks.
    private static readonly Dictionary<Type, int> Linked = new()
    {
        [typeof(LinkedList<>)] = 0,
        [typeof(SortedSet<>)] = 0,
        [typeof(SortedDictionary<,>)] = 72,
        [typeof(ImmutableList<>)] = 0,
        [typeof(ImmutableSortedSet<>)] = 0,
        [typeof(ImmutableSortedDictionary<,>)] = 0,
        [typeof(ImmutableHashSet<>)] = 0,
        [typeof(ImmutableDictionary<,>)] = 0,
        // 31 buckets, and a lock with its count for each processor.
        [typeof(ConcurrentDictionary<,>)] = 24 + (31 * 8) + 48 + 24 + 24 + (36 * Environment.ProcessorCount),
    };

    /// <param name="type">The collection's type at run time.</param>
    /// <param name="count">Its elements.</param>
    /// <param name="elementSize">Bytes an element takes in an array; of a dictionary, key and value.</param>
    public static long Bytes(Type type, int count, int elementSize)
    {
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (Linked.TryGetValue(definition, out var shell))
            return shell + (count * (long)(Node + elementSize - WeightOfObject.Reference));
        if (count == 0) return 0;
        if (!Hashed.Contains(definition)) return WeightOfObject.Array(Between(count, ListCapacity(count)), elementSize);
        var capacity = Between(count, HashCapacity(count));
        var entry = (HashEntryFields + elementSize + 3) & ~3;
        return WeightOfObject.Array(capacity, entry) + WeightOfObject.Array(capacity, Bucket);
    }

    private static double Between(int count, double grown) => Math.Sqrt(count * grown);

    private static double ListCapacity(int count) => Math.Max(4, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));

    private static double HashCapacity(int count)
    {
        foreach (var capacity in HashCapacities)
        {
            if (capacity >= count) return capacity;
        }
        return 1.5 * count;
    }
}
