using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Memory is bounded in bytes, whatever the mixture of sizes and regions.</summary>
public class LocalStoreBoundTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Put_HeavierThanItsRegion_IsRefusedAndOutdatesThePresentOne(byte region)
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 300, Regions = [new(EvictionKind.Lru, 100), new(EvictionKind.Never, 100)] });
        Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New("a", 100, region), 0));

        Assert.Equal(PutResult.RefusedTooLarge, store.Put(StoreInvariants.New("a", 101, region), 0));

        Assert.Null(store.Find("a"));
        Assert.Equal((0L, 0, 1L), (store.Bytes, store.Count, store.Refusals));
        store.Validate();
    }

    [Theory]
    [InlineData(EvictionKind.Adaptive)]
    [InlineData(EvictionKind.Lru)]
    public void Put_OfSizesThatVaryByFourOrders_StaysWithinTheBudgetAndUsesIt(object kind)
    {
        const long Budget = 100_000;
        var random = new Random(7);
        var store = new LocalStore(new LocalStoreOptions { Budget = Budget + 1, Regions = [new((EvictionKind)kind, Budget)] });
        for (var i = 0; i < 20_000; i++)
        {
            var weight = (int)Math.Pow(10, random.NextDouble() * 4);
            Assert.Equal(PutResult.Stored, store.Put(StoreInvariants.New("k" + random.Next(5_000), weight, 1), 0));
            Assert.InRange(store.Regions[1].Bytes, 0, Budget);
            if (store.Find("k" + random.Next(5_000)) is { } hit)
                store.Touch(hit);
        }

        Assert.InRange(store.Bytes, Budget * 8 / 10, Budget);
        store.Validate();
    }

    [Fact]
    public void Put_IntoAnotherRegion_MovesTheKeyAndItsBytes()
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 2_000, Regions = [new(EvictionKind.Lru, 1_000)] });
        store.Put(StoreInvariants.New("a", 300), 0);
        var moved = StoreInvariants.New("a", 200, region: 1);

        store.Put(moved, 0);

        Assert.Same(moved, store.Find("a"));
        Assert.Equal((0L, 200L), (store.Regions[0].Bytes, store.Regions[1].Bytes));
        store.Validate();
    }

    [Fact]
    public void Constructor_RegionsLeaveNothing_NamesBudgetAndSum()
    {
        var error = Assert.Throws<ArgumentException>(() => new LocalStore(new LocalStoreOptions { Budget = 100, Regions = [new(EvictionKind.Lru, 60), new(EvictionKind.Never, 40)] }));
        Assert.Equal("Budget is 100 bytes; it must be more than the budgets of Regions together, 100 bytes.", error.Message);
    }

    [Fact]
    public void Put_SameEntryTwice_Throws()
    {
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000 });
        var entry = StoreInvariants.New("a");
        store.Put(entry, 0);
        store.Remove(entry);

        Assert.Throws<ArgumentException>(() => store.Put(entry, 0));
        Assert.Throws<ArgumentException>(() => store.Put(StoreInvariants.New("a", region: 1), 0));
    }
}
