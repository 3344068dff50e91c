using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>The code of docs/from-hybridcache.md, of both sides.</summary>
public class FromHybridCache
{
    [Fact]
    public async Task Table_BothSides_AnswerTheSame()
    {
        var stop = TestContext.Current.CancellationToken;
        var (minute, second, id, json) = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), 7, new JsonNumbers());
        var theirs = new ServiceCollection();
        theirs.AddHybridCache(o => o.DefaultEntryOptions = new HybridCacheEntryOptions { Expiration = minute, LocalCacheExpiration = second });
        theirs.AddHybridCache(o => o.MaximumPayloadBytes = 4_000_000);
        theirs.AddHybridCache(o => o.MaximumKeyLength = 512);
        theirs.AddHybridCache().AddSerializer(json);
        var services = new ServiceCollection();
        services.AddTieredCache().AddProfile("Default", p => (p.Duration, p.LocalDuration) = (minute, second));
        services.AddTieredCache(o => o.MaximumPayloadBytes = 4_000_000);
        services.AddTieredCache(o => o.MaximumKeyLength = 512);
        services.AddTieredCache().AddSerializer(json);
        await using var before = theirs.BuildServiceProvider();
        await using var provider = services.BuildServiceProvider();
        var hybrid = before.GetRequiredService<HybridCache>();
        var cache = provider.GetRequiredService<ITieredCache>();
        Assert.NotEqual(hybrid.GetType(), provider.GetRequiredService<HybridCache>().GetType());

        var theirProduct = await hybrid.GetOrCreateAsync($"product:{id}", async stop => await LoadAsync(id, stop), cancellationToken: stop);
        var product = await cache.GetOrCreateAsync($"product:{id}", async (load, stop) => await LoadAsync(id, stop), cancellationToken: stop);
        Assert.Equal(theirProduct, product);

        await hybrid.GetOrCreateAsync($"product:{id}", id, static (id, stop) => LoadAsync(id, stop), tags: ["products"], cancellationToken: stop);
        await cache.GetOrCreateAsync($"product:{id}", id, static (id, load, stop) => LoadAsync(id, stop), tags: ["products"], cancellationToken: stop);

        await hybrid.SetAsync("product:8", "set", new HybridCacheEntryOptions { Expiration = minute }, ["products"], stop);
        await cache.SetAsync("product:8", "set", new TieredCacheEntryOptions { Duration = minute }, ["products"], stop);
        Assert.Equal("set", await hybrid.GetOrCreateAsync<string>("product:8", static _ => throw new InvalidOperationException(), cancellationToken: stop));
        Assert.Equal("set", (await cache.GetAsync<string>("product:8", cancellationToken: stop)).Value);

        await hybrid.RemoveAsync("product:8", stop);
        await cache.RemoveAsync("product:8", stop);

        await hybrid.RemoveAsync(["product:7", "product:8"], stop);
        await cache.RemoveManyAsync(["product:7", "product:8"], stop);

        await hybrid.RemoveByTagAsync("products", stop);
        await cache.RemoveByTagAsync("products", stop);

        await hybrid.RemoveByTagAsync("*", stop);
        await cache.ClearAsync(stop);
        Assert.False((await cache.GetAsync<string>($"product:{id}", cancellationToken: stop)).HasValue);

        var localOnly = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCache };
        var ownLocalOnly = new TieredCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCache };
        Assert.Equal(localOnly.Flags, ownLocalOnly.Flags);
    }

    private static ValueTask<string> LoadAsync(int id, CancellationToken stop) => ValueTask.FromResult($"product {id}");

    private sealed class JsonNumbers : IHybridCacheSerializer<int>
    {
        public int Deserialize(System.Buffers.ReadOnlySequence<byte> source) => source.FirstSpan[0];

        public void Serialize(int value, System.Buffers.IBufferWriter<byte> target) => System.Buffers.BuffersExtensions.Write(target, [(byte)value]);
    }
}
