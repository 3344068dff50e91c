using DistributedCache.Expiry;
using DistributedCache.Local;
using DistributedCache.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Pipeline;

/// <summary>What is done to L1 once a second, behind everybody's back.</summary>
public sealed class MaintenanceTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LocalStore _store = new(new LocalStoreOptions { Budget = 1_000_000, Regions = [new RegionLimit(EvictionKind.Never, 1000)] });
    private readonly Maintenance _maintenance;
    private MemoryPressure _pressure;

    public MaintenanceTests() => _maintenance = new Maintenance(_store, new CacheClock(_time), NullLogger.Instance, () => _pressure);

    [Fact]
    public void Run_HighMemoryLoad_GivesATenthBackOnceACollection()
    {
        Fill(region: 0, count: 1000, deadline: long.MaxValue);
        Tick();
        Assert.Equal(100_000, _store.Bytes);
        _pressure = new MemoryPressure(Collection: 7, IsHigh: true);
        Tick();
        Assert.Equal(90_000, _store.Bytes);
        Tick();
        Assert.Equal(90_000, _store.Bytes);
        _pressure = new MemoryPressure(Collection: 8, IsHigh: true);
        Tick();
        Assert.Equal(81_000, _store.Bytes);
    }

    [Fact]
    public void Run_HighMemoryLoad_LeavesWhatIsNeverEvicted()
    {
        Fill(region: 1, count: 10, deadline: long.MaxValue);
        _pressure = new MemoryPressure(Collection: 1, IsHigh: true);
        Tick();
        Assert.Equal(1000, _store.Bytes);
    }

    [Fact]
    public void Run_EntriesEnded_AreGoneWithinAMinute()
    {
        Fill(region: 0, count: 5000, deadline: 1);
        for (var second = 0; second <= 60; second++) Tick();
        Assert.Equal((0, 0L), (_store.Count, _store.Bytes));
        Assert.Equal(5000, _store.Expirations);
    }

    public ValueTask DisposeAsync() => _maintenance.DisposeAsync();

    private void Tick() => _time.Advance(TimeSpan.FromSeconds(1));

    private void Fill(byte region, int count, long deadline)
    {
        for (var i = 0; i < count; i++) _store.Put(new LocalEntry($"{region}:{i}", "", 100, region) { Deadline = deadline }, now: 0);
    }
}
