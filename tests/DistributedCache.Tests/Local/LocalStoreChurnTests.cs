using System.Runtime.CompilerServices;
using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>What was removed or replaced doesn't stay in memory.</summary>
public class LocalStoreChurnTests
{
    public static TheoryData<byte> Regions => [0, 1, 2];

    [Theory]
    [MemberData(nameof(Regions))]
    public void PutRemove_OfOneKeyForLong_KeepsFewDeadEntriesLinked(byte region)
    {
        var store = Create();
        for (var i = 0; i < 100_000; i++)
        {
            store.Put(StoreInvariants.New("one", region: region), 0);
            store.Remove("one");
            Assert.InRange(Dead(store), 0, 600);
        }

        store.Validate();
    }

    [Theory]
    [MemberData(nameof(Regions))]
    public void PutOver_AmongManyKeysForLong_KeepsDeadUnderAQuarterOfTheLiving(byte region)
    {
        const int Keys = 4_000;
        var random = new Random(11);
        var store = Create();
        for (var i = 0; i < 30 * Keys; i++)
        {
            store.Put(StoreInvariants.New("k" + (i < Keys ? i : random.Next(Keys)), region: region), 0);
            Assert.InRange(Dead(store), 0, store.Count / 4 + 600);
        }

        Assert.Equal(Keys, store.Count);
        store.Validate();
    }

    [Fact]
    public void PutRemove_OfLargeValues_LetsThemBeCollected()
    {
        const int Size = 1 << 20;
        var store = new LocalStore(new LocalStoreOptions { Budget = 64 * Size });
        for (var i = 0; i < 1_000; i++)
            store.Put(StoreInvariants.New("small" + i), 0);

        var values = new List<WeakReference>();
        for (var i = 0; i < 50; i++)
            values.Add(PutAndRemove(store, Size));

        GC.Collect();
        Assert.InRange(values.Count(v => v.IsAlive), 0, 2);
        GC.KeepAlive(store);
    }

    [Fact]
    public void Evicted_InOrder_DoesNotChainToWhatCameLater()
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000 });
        var first = StoreInvariants.New("first");
        store.Put(first, 0);
        for (var i = 0; i < 100; i++)
            store.Put(StoreInvariants.New("k" + i), 0);

        Assert.Null(store.Find("first"));
        Assert.Null(first.QueueNext);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PutAndRemove(LocalStore store, int size)
    {
        var value = new byte[size];
        store.Put(new LocalEntry("large", value, size) { Deadline = long.MaxValue }, 0);
        store.Remove("large");
        return new WeakReference(value);
    }

    private static LocalStore Create() => new(new LocalStoreOptions
    {
        Budget = 3_000_000,
        Regions = [new(EvictionKind.Lru, 1_000_000), new(EvictionKind.Never, 1_000_000)],
    });

    private static int Dead(LocalStore store) => store.Regions.Sum(region => region.Queues.ToArray().Sum(queue => queue.DeadCount));
}
