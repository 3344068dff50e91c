using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>The code of docs/from-fusioncache.md, of both sides.</summary>
public class FromFusionCache
{
    [Fact]
    public async Task Table_BothSides_AnswerTheSame()
    {
        var stop = TestContext.Current.CancellationToken;
        var (soft, hard, minute, hour, id) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 7);
        var theirs = new ServiceCollection();
        theirs.AddFusionCache().WithDefaultEntryOptions(o => o.Duration = minute);
        theirs.AddFusionCache("orders");
        var services = new ServiceCollection();
        services.AddTieredCache().AddProfile("Default", p => p.Duration = minute);
        services.AddTieredCache("orders");
        services.AddTieredCache().AddProfile("catalog", p => (p.Duration, p.StaleFor) = (minute, hour));
        services.AddTieredCache().AddProfile("catalog", p => (p.FactorySoftTimeout, p.FactoryHardTimeout) = (soft, hard));
        services.AddTieredCache().AddProfile("catalog", p => p.EarlyRefresh = 1);
        services.AddTieredCache().AddProfile("catalog", p => p.Jitter = 0.1);
        services.AddTieredCache().AddProfile("catalog", p => p.RetryAfterFailure = TimeSpan.FromSeconds(30));
        await using var before = theirs.BuildServiceProvider();
        await using var provider = services.BuildServiceProvider();
        var fusion = before.GetRequiredService<IFusionCache>();
        var cache = provider.GetRequiredService<ITieredCache>();
        var (skipping, memoryOnly) = (new FusionCacheEntryOptions(), new TieredCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCache });
        skipping.SetSkipDistributedCache(true, true);
        Assert.True(skipping.SkipDistributedCacheRead && !memoryOnly.AllowsRemote());

        _ = new FusionCacheEntryOptions(minute).SetFailSafe(true, hour);
        _ = new FusionCacheEntryOptions(minute).SetFactoryTimeouts(soft, hard);
        _ = new FusionCacheEntryOptions(minute).SetEagerRefresh(0.9f);
        _ = new FusionCacheEntryOptions(minute).SetJittering(TimeSpan.FromSeconds(6));
        _ = new FusionCacheEntryOptions(minute).SetFailSafe(true, hour, TimeSpan.FromSeconds(30));

        var theirProduct = await fusion.GetOrSetAsync<string>($"product:{id}", async (context, stop) => await LoadAsync(id, stop), token: stop);
        var product = await cache.GetOrCreateAsync($"product:{id}", async (load, stop) => await LoadAsync(id, stop), cancellationToken: stop);
        Assert.Equal(theirProduct, product);

        await fusion.GetOrSetAsync<string>("adaptive", (context, stop) => { context.Options.Duration = hour; return LoadAsync(id, stop).AsTask(); }, token: stop);
        await cache.GetOrCreateAsync("adaptive", (load, stop) => { load.Duration = hour; return LoadAsync(id, stop); }, cancellationToken: stop);

        await fusion.GetOrSetAsync<string>("tagged", (context, stop) => { context.Tags = ["products"]; return LoadAsync(id, stop).AsTask(); }, token: stop);
        await cache.GetOrCreateAsync("tagged", (load, stop) => { load.Tags.Add("products"); return LoadAsync(id, stop); }, cancellationToken: stop);

        var theirs1 = await fusion.TryGetAsync<string>($"product:{id}", token: stop);
        var found = await cache.GetAsync<string>($"product:{id}", cancellationToken: stop);
        Assert.Equal((theirs1.HasValue, theirs1.Value), (found.HasValue, found.Value));

        await fusion.SetAsync("product:8", "set", minute, tags: ["products"], token: stop);
        await cache.SetAsync("product:8", "set", new TieredCacheEntryOptions { Duration = minute }, ["products"], stop);

        await fusion.ExpireAsync("product:8", token: stop);
        await cache.ExpireAsync("product:8", stop);

        await fusion.RemoveAsync("product:8", token: stop);
        await cache.RemoveAsync("product:8", stop);

        await fusion.RemoveByTagAsync("products", token: stop);
        await cache.RemoveByTagAsync("products", stop);

        await fusion.ClearAsync(token: stop);
        await cache.ClearAsync(stop);
        Assert.False((await cache.GetAsync<string>($"product:{id}", cancellationToken: stop)).HasValue);
    }

    private static ValueTask<string> LoadAsync(int id, CancellationToken stop) => ValueTask.FromResult($"product {id}");
}

file static class Flags
{
    public static bool AllowsRemote(this TieredCacheEntryOptions options) => options.Flags?.HasFlag(HybridCacheEntryFlags.DisableDistributedCache) != true;
}
