using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Docs;

public class TestingSamples
{
    [Fact]
    public async Task FakeTime_Advances_TheEntryEnds() => await FakeTimeAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task TwoNodes_OneRemoves_TheOtherFollows() => await TwoNodesAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Disabled_EveryCall_RunsItsFactory() => await DisabledAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Factory_CalledAlone_SaysItsTags() => await FactoryAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Fake_OfTheInterface_RecordsWhatIsInvalidated()
    {
        var data = new ShopData();

        var fake = await EditAsync(new ShopContext(data), TestContext.Current.CancellationToken);

        Assert.Equal(["product:7", "tag category:7"], fake.Removed);
    }

    private static async Task FakeTimeAsync(CancellationToken ct)
    {
        #region time
        var time = new FakeTimeProvider();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)                      // the cache takes its clock from here
            .AddTieredCache(o => o.Profiles["Default"].Jitter = 0) // or lifetimes are random
            .Services.BuildServiceProvider();
        var cache = services.GetRequiredService<ITieredCache>();
        var loads = 0;
        ValueTask<CacheLookup<int>> Find() => cache.GetOrCreateEntryAsync("key", (load, ct) => ValueTask.FromResult(++loads), cancellationToken: ct);

        Assert.Equal(CacheTier.Source, (await Find()).Tier);
        time.Advance(TimeSpan.FromMinutes(4));
        var hit = await Find();
        Assert.Equal((CacheTier.Local, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(1)), (hit.Tier, hit.Age, hit.TimeToLive));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((CacheTier.Source, 2), ((await Find()).Tier, loads));
        #endregion
    }

    private static async Task TwoNodesAsync(CancellationToken ct)
    {
        #region nodes
        var time = new FakeTimeProvider();
        var remote = new InProcessRemote(timeProvider: time);      // stands for the cluster
        await using var a = Node(remote, time);
        await using var b = Node(remote, time);
        var (cacheA, cacheB) = (a.GetRequiredService<ITieredCache>(), b.GetRequiredService<ITieredCache>());

        await cacheA.SetAsync("key", "value", cancellationToken: ct);
        Assert.Equal(CacheTier.Remote, (await cacheB.GetAsync<string>("key", cancellationToken: ct)).Tier);
        Assert.Equal(CacheTier.Local, (await cacheB.GetAsync<string>("key", cancellationToken: ct)).Tier);

        Assert.Equal(InvalidationStatus.Acknowledged, (await cacheA.RemoveAsync("key", ct)).Status);
        Assert.False((await cacheB.GetAsync<string>("key", cancellationToken: ct)).HasValue);

        static ServiceProvider Node(InProcessRemote remote, TimeProvider time)
        {
            var services = new ServiceCollection().AddSingleton(time);
            services.AddTieredCache(o => o.Application = "shop").UseInProcessRemote(remote);
            return services.BuildServiceProvider();
        }
        #endregion
    }

    private static async Task DisabledAsync(CancellationToken ct)
    {
        #region disabled
        await using var services = new ServiceCollection().AddTieredCache(o => o.Enabled = false).Services.BuildServiceProvider();
        var cache = services.GetRequiredService<ITieredCache>();
        var loads = 0;
        for (var i = 0; i < 3; i++) await cache.GetOrCreateAsync("key", (load, ct) => ValueTask.FromResult(++loads), cancellationToken: ct);
        Assert.Equal(3, loads);
        #endregion
        Assert.Equal(InvalidationStatus.Rejected, (await cache.SetAsync("key", 1, cancellationToken: ct)).Status);
        Assert.False((await cache.GetAsync<int>("key", cancellationToken: ct)).HasValue);
    }

    private static async Task FactoryAsync(CancellationToken ct)
    {
        #region factory
        await using var services = new ServiceCollection().AddSingleton<ShopData>().AddScoped<ShopContext>().BuildServiceProvider();
        var load = new LoadContext(services);                      // hands these services out as they are

        var product = await ProductLoads.LoadAsync(7, load, ct);

        Assert.Equal("Product 7", product?.Name);
        Assert.Equal(["category:7"], load.Tags);
        #endregion
    }

    private static async Task<FakeCache> EditAsync(ShopContext shop, CancellationToken ct)
    {
        #region edit
        var fake = new FakeCache();
        await new ProductEditor(shop, fake).RenameAsync(7, "Lamp", ct);
        Assert.Equal(["product:7", "tag category:7"], fake.Removed);
        #endregion
        return fake;
    }

    private static class ProductLoads
    {
        public static async ValueTask<Product?> LoadAsync(int id, LoadContext load, CancellationToken cancellationToken)
        {
            var product = await load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, cancellationToken);
            if (product is not null) load.Tags.Add($"category:{product.Category}");
            return product;
        }
    }
}

#region fake
/// <summary>A cache that keeps nothing, and notes what is invalidated.</summary>
internal sealed class FakeCache : ITieredCache
{
    public List<string> Removed { get; } = [];

    public ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) =>
        factory(state, new LoadContext(), cancellationToken);

    public async ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) =>
        new(await factory(state, new LoadContext(), cancellationToken), CacheTier.Source, TimeSpan.Zero, TimeSpan.Zero);

    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken) => default;

    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default) => Note(key);

    public ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => Note($"tag {tag}");

    public ValueTask<InvalidationResult> SetAsync<T>(
        string key, T value, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetManyAsync<T>(
        IEnumerable<string> keys, TieredCacheEntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<TState, T>(
        IEnumerable<string> keys, TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<InvalidationResult> SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ITieredCache ForTenant(string tenant) => this;

    public void RequireSourceVersion(long version)
    {
    }

    public ICacheInvalidator ForApplication(string application) => throw new NotSupportedException();

    public ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => new(true);

    private ValueTask<InvalidationResult> Note(string what)
    {
        Removed.Add(what);
        return new(new InvalidationResult(InvalidationStatus.LocalOnly));
    }
}
#endregion
