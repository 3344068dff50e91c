using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Each kind of eviction keeps what it says it keeps.</summary>
public class EvictionTests
{
    private const int Size = 200;

    [Fact]
    public void Lru_OnARecencyTrace_ComesWithinAPointOfExactLruAndBeatsFifo()
    {
        var trace = RecencyTrace(seed: 5).ToArray();

        var lru = HitRatio(trace, EvictionKind.Lru);

        Assert.InRange(lru, ListHitRatio(trace, moveOnHit: true) - 0.01, 1);
        Assert.InRange(lru, ListHitRatio(trace, moveOnHit: false) + 0.03, 1);
    }

    [Fact]
    public void Lru_AfterMoreGenerationsThanAByteCounts_StillKeepsWhatIsRead()
    {
        var store = Create(EvictionKind.Lru);
        Put(store, "read", EvictionKind.Lru);
        for (var i = 0; i < 100 * Size; i++)
        {
            store.Touch(store.Find("read")!);
            Put(store, "k" + i, EvictionKind.Lru);
        }

        Assert.NotNull(store.Find("read"));
        Assert.Null(store.Find("k" + (99 * Size - 50)));
        store.Validate();
    }

    [Fact]
    public void Adaptive_ScanOfKeysReadOnce_DoesNotPushOutWhatWasReadOften()
    {
        var hot = Enumerable.Range(0, Size / 2).Select(i => "hot" + i).ToArray();
        var adaptive = Kept(EvictionKind.Adaptive);
        var lru = Kept(EvictionKind.Lru);

        Assert.InRange(adaptive, hot.Length * 9 / 10, hot.Length);
        Assert.Equal(0, lru);

        int Kept(EvictionKind kind)
        {
            var store = Create(kind);
            for (var round = 0; round < 5; round++)
            {
                foreach (var key in hot)
                    Access(store, key, kind);
            }

            for (var i = 0; i < 5 * Size; i++)
                Access(store, "scan" + i, kind);
            return hot.Count(key => store.Find(key) is not null);
        }
    }

    [Fact]
    public void Adaptive_KeyThatComesBackSoonAfterItLeft_GoesToTheMainQueue()
    {
        var store = Create(EvictionKind.Adaptive);
        Put(store, "back", EvictionKind.Adaptive);
        for (var i = 0; store.Find("back") is not null; i++)
            Put(store, "a" + i, EvictionKind.Adaptive);

        Put(store, "back", EvictionKind.Adaptive);
        for (var i = 0; i < 3 * Size; i++)
            Put(store, "b" + i, EvictionKind.Adaptive);

        Assert.NotNull(store.Find("back"));
    }

    [Fact]
    public void Adaptive_RefreshOfAHotKey_KeepsItsStanding()
    {
        var store = Create(EvictionKind.Adaptive);
        Put(store, "hot", EvictionKind.Adaptive);
        store.Touch(store.Find("hot")!);
        store.Touch(store.Find("hot")!);

        Put(store, "hot", EvictionKind.Adaptive);
        for (var i = 0; i < 2 * Size; i++)
            Put(store, "k" + i, EvictionKind.Adaptive);

        Assert.NotNull(store.Find("hot"));
    }

    [Fact]
    public void Adaptive_OnAZipfTrace_BeatsExactLru()
    {
        var random = new Random(3);
        var trace = Enumerable.Range(0, 60_000).Select(_ => (int)Math.Pow(20_000, random.NextDouble())).ToArray();

        Assert.InRange(HitRatio(trace, EvictionKind.Adaptive), ListHitRatio(trace, moveOnHit: true) + 0.01, 1);
    }

    // Each access goes back a geometrically distributed number of distinct keys, or to a new one: LRU's own model.
    private static IEnumerable<int> RecencyTrace(int seed)
    {
        var random = new Random(seed);
        var stack = new List<int>();
        for (var i = 0; i < 30_000; i++)
        {
            var depth = (int)(-Math.Log(1 - random.NextDouble()) * Size * 0.6);
            var at = stack.Count - 1 - depth;
            var key = at < 0 || random.Next(20) == 0 ? i : stack[at];
            stack.Remove(key);
            stack.Add(key);
            if (stack.Count > 4 * Size)
                stack.RemoveAt(0);
            yield return key;
        }
    }

    private static double HitRatio(int[] trace, EvictionKind kind)
    {
        var store = Create(kind);
        return trace.Count(key => Access(store, "k" + key, kind)) / (double)trace.Length;
    }

    private static double ListHitRatio(int[] trace, bool moveOnHit)
    {
        var list = new LinkedList<int>();
        var nodes = new Dictionary<int, LinkedListNode<int>>();
        var hits = 0;
        foreach (var key in trace)
        {
            if (nodes.TryGetValue(key, out var node))
            {
                hits++;
                if (moveOnHit)
                {
                    list.Remove(node);
                    list.AddLast(node);
                }

                continue;
            }

            if (nodes.Count == Size)
            {
                nodes.Remove(list.First!.Value);
                list.RemoveFirst();
            }

            nodes[key] = list.AddLast(key);
        }

        return hits / (double)trace.Length;
    }

    private static bool Access(LocalStore store, string key, EvictionKind kind)
    {
        if (store.Find(key) is { } hit)
        {
            store.Touch(hit);
            return true;
        }

        Put(store, key, kind);
        return false;
    }

    private static void Put(LocalStore store, string key, EvictionKind kind) =>
        Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New(key, region: (byte)(kind == EvictionKind.Adaptive ? 0 : 1)), 0));

    private static LocalStore Create(EvictionKind kind) => kind == EvictionKind.Adaptive
        ? new LocalStore(new LocalStoreOptions { Budget = 100 * Size })
        : new LocalStore(new LocalStoreOptions { Budget = 100 * Size + 1, Regions = [new(kind, 100 * Size)] });
}
