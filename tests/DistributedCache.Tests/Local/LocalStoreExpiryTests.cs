using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Entries go for good at the end of their stale window, not before.</summary>
public class LocalStoreExpiryTests
{
    [Fact]
    public void IsGone_AtTheEndOfTheStaleWindow_AndNotBefore()
    {
        var entry = new LocalEntry("a", new object(), 1) { Deadline = 1_000, EarlyWindow = 50, Lifetime = 600, StaleFor = 200 };

        Assert.Equal((1_050L, 450L), (entry.FreshUntil, entry.Created));
        Assert.False(entry.IsGone(1_249));
        Assert.True(entry.IsGone(1_250));
    }

    [Fact]
    public void IsGone_WithoutEnd_NeverOverflows()
    {
        var entry = new LocalEntry("a", new object(), 1) { Deadline = long.MaxValue, EarlyWindow = uint.MaxValue, StaleFor = uint.MaxValue };

        Assert.Equal(long.MaxValue, entry.FreshUntil);
        Assert.False(entry.IsGone(0));
        Assert.False(entry.IsGone(long.MaxValue - 1));
    }

    [Fact]
    public void Sweep_InSteps_RemovesJustWhatIsGone()
    {
        var left = new List<(string, RemovalReason)>();
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000_000 }, (entry, reason) => left.Add((entry.Key, reason)));
        for (var i = 0; i < 1_000; i++)
            store.Put(StoreInvariants.New("k" + i, deadline: i), 0);

        var buckets = store.Index.BucketCount;
        var removed = 0;
        for (var scanned = 0; scanned < buckets; scanned += 64)
            removed += store.Sweep(499, 64);

        Assert.Equal((500, 500, 500L, 0L), (removed, store.Count, store.Expirations, store.Evictions));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => ("k" + i, RemovalReason.Expired)).Order(), left.Order());
        store.Validate();
    }

    [Fact]
    public void Put_IntoAFullRegion_CountsTheExpiredApartFromTheEvicted()
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000 });
        for (var i = 0; i < 10; i++)
            store.Put(StoreInvariants.New("k" + i, deadline: i < 3 ? 10 : 1_000), 0);
        for (var i = 0; i < 5; i++)
            store.Put(StoreInvariants.New("n" + i, deadline: 1_000), 10);

        Assert.Equal((3L, 2L), (store.Expirations, store.Evictions));
    }
}
