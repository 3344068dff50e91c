using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>The code of docs/from-idistributedcache.md, of both sides.</summary>
public class FromDistributedCache
{
    [Fact]
    public async Task Table_BothSides_AnswerTheSame()
    {
        var stop = TestContext.Current.CancellationToken;
        var (minute, later, key, text, bytes) = (TimeSpan.FromMinutes(1), DateTimeOffset.UtcNow.AddMinutes(1), "key", "text", new byte[] { 1, 2 });
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddTieredCache().ReplaceDistributedCache();
        await using var provider = services.BuildServiceProvider();
        var distributed = provider.GetRequiredService<IDistributedCache>();
        var cache = provider.GetRequiredService<ITieredCache>();

        await distributed.SetStringAsync(key, text, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = minute }, stop);
        await cache.SetAsync(key, text, new TieredCacheEntryOptions { Duration = minute }, cancellationToken: stop);
        Assert.Equal(await distributed.GetStringAsync(key, stop), (await cache.GetAsync<string>(key, cancellationToken: stop)).Value);

        await distributed.SetAsync(key, bytes, new DistributedCacheEntryOptions { SlidingExpiration = minute }, stop);
        await cache.SetAsync(key, bytes, new TieredCacheEntryOptions { Sliding = minute }, cancellationToken: stop);
        Assert.Equal(await distributed.GetAsync(key, stop), (await cache.GetAsync<byte[]>(key, cancellationToken: stop)).Value);

        await distributed.SetAsync(key, bytes, new DistributedCacheEntryOptions { AbsoluteExpiration = later }, stop);
        await cache.SetAsync(key, bytes, new TieredCacheEntryOptions { Duration = later - DateTimeOffset.UtcNow }, cancellationToken: stop);

        await distributed.RefreshAsync(key, stop);
        await cache.GetAsync<byte[]>(key, cancellationToken: stop);

        await distributed.RemoveAsync(key, stop);
        await cache.RemoveAsync(key, stop);
        Assert.Null(await distributed.GetAsync(key, stop));
        Assert.False((await cache.GetAsync<byte[]>(key, cancellationToken: stop)).HasValue);

        if (await distributed.GetStringAsync(key, stop) is not { } found) await distributed.SetStringAsync(key, found = await LoadAsync(stop), stop);
        var loaded = await cache.GetOrCreateAsync(key, static (load, stop) => LoadAsync(stop), cancellationToken: stop);
        Assert.Equal(found, loaded);
    }

    private static ValueTask<string> LoadAsync(CancellationToken stop) => ValueTask.FromResult("loaded");
}
