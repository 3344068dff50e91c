using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Conditions, clearing, trimming and what the callback is told.</summary>
public class LocalStoreOperationTests
{
    private readonly List<(LocalEntry Entry, RemovalReason Reason)> _left = [];
    private readonly LocalStore _store;

    public LocalStoreOperationTests() =>
        _store = new LocalStore(new LocalStoreOptions { Budget = 20_000, Regions = [new(EvictionKind.Lru, 10_000)] }, (entry, reason) => _left.Add((entry, reason)));

    [Fact]
    public void PutIf_OlderStamp_LeavesThePresentOne()
    {
        var present = Stamped(5);
        var older = Stamped(4);
        var same = Stamped(5);
        _store.Put(present, 0);

        Assert.Equal(PutResult.NotAdmitted, PutUnlessOlder(older));
        Assert.Same(present, _store.Find("a"));
        Assert.Equal(PutResult.Stored, PutUnlessOlder(same));
        Assert.Same(same, _store.Find("a"));
        Assert.Equal([(present, RemovalReason.Replaced)], _left);

        PutResult PutUnlessOlder(LocalEntry entry) =>
            _store.PutIf(entry, 0, static (found, sequence) => found is null || found.Sequence <= sequence, entry.Sequence);
    }

    [Fact]
    public void Sample_EmptyStore_IsNull() => Assert.Null(_store.Sample(new Random(1)));

    [Fact]
    public void Sample_NoEntryWasHit_IsAnyOfThem()
    {
        var all = Fill(100);

        Assert.Equal(all.ToHashSet(), Samples(20_000));
    }

    [Fact]
    public void Sample_SomeEntriesWereHit_IsOneOfThose()
    {
        Fill(100);
        LocalEntry[] hit = [_store.Find("k7")!, _store.Find("k70")!];
        foreach (var entry in hit) _store.Touch(entry);

        Assert.Equal(hit.ToHashSet(), Samples(20_000));
    }

    [Fact]
    public void Sample_HitEntriesShareABucket_IsEachOfThem()
    {
        var shared = Fill(100).GroupBy(entry => entry.Hash & (_store.Index.BucketCount - 1)).First(static bucket => bucket.Count() > 1).ToHashSet();
        foreach (var entry in shared) _store.Touch(entry);

        Assert.Equal(shared, Samples(200));
    }

    [Fact]
    public void Remove_OfAnEntryThatWasReplaced_LeavesItsSuccessor()
    {
        var first = StoreInvariants.New("a");
        var second = StoreInvariants.New("a");
        _store.Put(first, 0);
        _store.Put(second, 0);

        Assert.False(_store.Remove(first));
        Assert.Same(second, _store.FindLocked("a"));
        Assert.True(_store.Remove(second));
        Assert.Null(_store.FindLocked("a"));
    }

    [Fact]
    public void Removed_Entry_StillAnswersWhoHoldsIt()
    {
        var entry = StoreInvariants.New("a");
        var value = entry.Value;
        _store.Put(entry, 0);
        _store.Remove("a");
        Assert.Same(value, entry.Value);
    }

    [Fact]
    public void Clear_OfManyEntries_ReportsEachOnceAndStartsAfresh()
    {
        for (var i = 0; i < 150; i++)
            _store.Put(StoreInvariants.New("k" + i, region: (byte)(i % 2)), 0);

        _store.Clear();

        Assert.Equal(150, _left.Distinct().Count(l => l.Reason == RemovalReason.Removed));
        Assert.Equal((0L, 0), (_store.Bytes, _store.Count));
        _store.Validate();
        Assert.Equal(PutResult.Stored, _store.Put(StoreInvariants.New("k1"), 0));
        _store.Validate();
    }

    [Theory]
    [InlineData(0.0, 100)]
    [InlineData(0.25, 75)]
    [InlineData(1.0, 0)]
    public void Trim_Fraction_EvictsThatMuchOfEachRegion(double fraction, int left)
    {
        for (var i = 0; i < 200; i++)
            _store.Put(StoreInvariants.New("k" + i, region: (byte)(i % 2)), 0);

        _store.Trim(fraction, 0);

        Assert.Equal((left, left), (_store.Regions[0].Count, _store.Regions[1].Count));
        Assert.Equal(200 - 2 * left, _left.Count(l => l.Reason == RemovalReason.Evicted));
        _store.Validate();
    }

    [Fact]
    public void Callback_ThatUsesTheStore_DoesNotRunUnderTheLock()
    {
        LocalStore? store = null;
        var foundByAnother = true;
        store = new LocalStore(new LocalStoreOptions { Budget = 100 }, (entry, _) =>
        {
            var other = new Thread(() => foundByAnother = store!.FindLocked(entry.Key) is not null);
            other.Start();
            other.Join();
        });
        store.Put(StoreInvariants.New("a"), 0);

        store.Put(StoreInvariants.New("b"), 0);

        Assert.False(foundByAnother);
    }

    private LocalEntry[] Fill(int count)
    {
        var entries = Enumerable.Range(0, count).Select(static i => StoreInvariants.New($"k{i}")).ToArray();
        foreach (var entry in entries) _store.Put(entry, 0);
        return entries;
    }

    private HashSet<LocalEntry> Samples(int count)
    {
        var random = new Random(1);
        return Enumerable.Range(0, count).Select(_ => _store.Sample(random)!).ToHashSet();
    }

    private static LocalEntry Stamped(long sequence) => new("a", new object(), 10) { Deadline = long.MaxValue, Sequence = sequence };
}
