using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>What must not be evicted isn't: a full region refuses.</summary>
public class LocalStoreNeverTests
{
    [Fact]
    public void Put_OverBudget_IsRefusedAndEvictsNothing()
    {
        var store = Create(10);

        Assert.Equal(PutResult.RefusedFull, store.Put(StoreInvariants.New("new", region: 1), 0));

        Assert.Equal((10, 1L, 0L), (store.Count, store.Refusals, store.Evictions));
        store.Validate();
    }

    [Fact]
    public void Put_OverBudgetWithExpiredOnes_TakesTheirRoom()
    {
        var store = Create(10, deadline: 100);

        Assert.Equal(PutResult.RefusedFull, store.Put(StoreInvariants.New("early", region: 1), 99));
        Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New("new", region: 1), 100));

        Assert.Equal((10, 1L), (store.Count, store.Expirations));
        store.Validate();
    }

    [Fact]
    public void Put_OverBudgetForLong_FindsAnExpiredOneAnywhere()
    {
        var store = Create(10_000);
        store.Put(StoreInvariants.New("k7000", region: 1, deadline: 5), 0);

        var tick = 4L;
        while (store.Put(StoreInvariants.New("new", region: 1), ++tick) == PutResult.RefusedFull)
            Assert.InRange(tick, 5, 5 + 10);

        Assert.Null(store.Find("k7000"));
        Assert.NotNull(store.Find("new"));
    }

    [Fact]
    public void Put_OverAPresentKey_UsesItsRoom()
    {
        var store = Create(10);
        Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New("k3", region: 1), 0));
        Assert.Equal(10, store.Count);
    }

    [Fact]
    public void Trim_OfEverything_LeavesIt()
    {
        var store = Create(10);
        store.Put(StoreInvariants.New("other"), 0);

        store.Trim(1, 0);

        Assert.Null(store.Find("other"));
        Assert.Equal(10, store.Count);
    }

    private static LocalStore Create(int count, long deadline = long.MaxValue)
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 100 * count + 1_000, Regions = [new(EvictionKind.Never, 100 * count)] });
        for (var i = 0; i < count; i++)
            Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New("k" + i, region: 1, deadline: deadline), 0));
        return store;
    }
}
