using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>An entry costs little beyond its key and value.</summary>
public class LocalEntrySizeTests
{
    [Fact]
    public void Entry_OnA64BitRuntime_Is112Bytes()
    {
        Assert.Equal(8, nint.Size);
        const int Count = 1_000;
        var entries = new LocalEntry[Count];
        var value = new object();
        entries[0] = new LocalEntry("warm", value, 1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
            entries[i] = new LocalEntry("key", value, 1);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(112, allocated / Count);
    }

    [Fact]
    public void Hit_OfAStringOrASpan_AllocatesNothing()
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000, Regions = [new(EvictionKind.Lru, 500)] });
        store.Put(StoreInvariants.New("adaptive"), 0);
        store.Put(StoreInvariants.New("lru", region: 1), 0);
        Hit(store);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Hit(store);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Hit(LocalStore store)
        {
            store.Touch(store.Find("adaptive")!);
            store.Touch(store.Find("lru".AsSpan())!);
        }
    }
}
