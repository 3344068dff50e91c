using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Local;

/// <summary>
/// A hash table whose chains run through the entries themselves. Readers take no lock; writers hold the store's.
/// </summary>
/// <remarks>
/// A reader compares keys, so wherever it strays it never answers with another key's entry. Every single write
/// to a <see cref="LocalEntry.Next"/> leaves all chains free of cycles, removed entries' included, so a reader
/// always comes to an end. What it can do is miss: a resize relinks the chain under its feet. That is harmless,
/// as whoever is about to load a missing key looks again under the lock. A replacement is one write and is
/// never missed for that.
/// </remarks>
internal sealed class LocalIndex
{
    private const int MinBuckets = 16;

    private Bucket[] _buckets = new Bucket[MinBuckets];

    public int Count { get; private set; }

    public int BucketCount => _buckets.Length;

    /// <summary>Without the lock: may miss, never errs. With the lock: authoritative.</summary>
    public LocalEntry? Find(ReadOnlySpan<char> key) => Find(key, KeyHash.Compute(key));

    /// <summary>The authoritative answer; under the lock, where nothing is half-linked.</summary>
    public LocalEntry? FindLocked(string key, int hash) => Find(key, hash);

    /// <summary>The first of a bucket's chain; under the lock.</summary>
    public LocalEntry? FirstLocked(int bucket) => _buckets[bucket].Head;

    /// <summary>Adds an entry whose key is not here.</summary>
    public void Add(LocalEntry entry)
    {
        if (Count == _buckets.Length)
            Grow();

        ref var head = ref HeadOf(_buckets, entry.Hash);
        entry.Next = head;
        Volatile.Write(ref head, entry);
        Count++;
    }

    /// <summary>Puts <paramref name="entry"/> where <paramref name="present"/> of the same key stands: a reader finds one or the other.</summary>
    public void Replace(LocalEntry present, LocalEntry entry)
    {
        entry.Next = present.Next;
        Volatile.Write(ref LinkTo(present), entry);
    }

    /// <summary>Unlinks an entry that is here. Its own link stays: a reader standing on it goes on to the rest.</summary>
    public void Remove(LocalEntry entry)
    {
        Volatile.Write(ref LinkTo(entry), entry.Next);
        Count--;
    }

    /// <summary>Empties the table and answers what was in it, to be gone through without the lock.</summary>
    public IEnumerable<LocalEntry> Clear()
    {
        var buckets = _buckets;
        Volatile.Write(ref _buckets, new Bucket[MinBuckets]);
        Count = 0;
        return Entries(buckets);
    }

    /// <summary>All entries; under the lock.</summary>
    public IEnumerable<LocalEntry> EntriesLocked() => Entries(_buckets);

    private static IEnumerable<LocalEntry> Entries(Bucket[] buckets)
    {
        foreach (var bucket in buckets)
        {
            for (var entry = bucket.Head; entry is not null; entry = entry.Next)
                yield return entry;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LocalEntry? Find(ReadOnlySpan<char> key, int hash)
    {
        var entry = Volatile.Read(ref HeadOf(Volatile.Read(ref _buckets), hash));
        while (entry is not null && (entry.Hash != hash || !KeyEquality.AreEqual(key, entry.Key)))
            entry = Volatile.Read(ref entry.Next);
        return entry;
    }

    // A mask of the length less one is always within.
    private static ref LocalEntry? HeadOf(Bucket[] buckets, int hash) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(buckets), (nuint)(uint)(hash & (buckets.Length - 1))).Head;

    private ref LocalEntry? LinkTo(LocalEntry entry)
    {
        ref var link = ref HeadOf(_buckets, entry.Hash);
        while (link != entry)
            link = ref link!.Next;
        return ref link;
    }

    // A moved entry points only at moved ones, an unmoved one at either: never back, hence no cycle on the way.
    private void Grow()
    {
        var buckets = new Bucket[checked(_buckets.Length * 2)];
        foreach (var bucket in _buckets)
        {
            var entry = bucket.Head;
            while (entry is not null)
            {
                var next = entry.Next;
                ref var head = ref HeadOf(buckets, entry.Hash);
                Volatile.Write(ref entry.Next, head);
                head = entry;
                entry = next;
            }
        }

        Volatile.Write(ref _buckets, buckets);
    }

    /// <summary>A struct, as a reference to an element of an array of a class costs a type check.</summary>
    private struct Bucket
    {
        public LocalEntry? Head;
    }
}
