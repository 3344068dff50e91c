using DistributedCache.Pipeline;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Flights;

/// <summary>What a load looks at before it runs its factory.</summary>
public class LoadTests
{
    [Fact]
    public async Task TryTiersAsync_AnotherLoadEndedAfterTheCallersLookAtL1_TakesItsValue()
    {
        await using var node = TestCache.Make();
        var engine = node.Services.GetRequiredService<CacheEngine>();
        var call = engine.Call<string>("", "a", null, null, isolates: false);
        await node.Cache.Load("a", 1);
        var late = new Load<int>(engine, call, candidate: null);
        Assert.True(await late.TryTiersAsync());
        Assert.Equal(1, await late.Task);
        Assert.Equal(CacheTier.Local, late.Info.Tier);
        late.End();

        // A refresh is there to bring another value than the one that is there.
        var refresh = new Load<int>(engine, call, candidate: null) { IsBackground = true };
        Assert.False(await refresh.TryTiersAsync());
        refresh.End();
    }

    [Fact]
    public async Task Admits_MeanwhileInvalidated_TakesNobodyMore()
    {
        await using var node = TestCache.Make();
        var engine = node.Services.GetRequiredService<CacheEngine>();
        var load = new Load<int>(engine, engine.Call<string>("", "a:1", null, ["t"], isolates: false), candidate: null);
        Assert.True(load.Admits());
        await node.Cache.RemoveTag("other");
        await node.Cache.Remove("a:2");
        Assert.True(load.Admits());
        await node.Cache.RemoveTag("t");
        Assert.False(load.Admits());
        load.End();
    }
}
