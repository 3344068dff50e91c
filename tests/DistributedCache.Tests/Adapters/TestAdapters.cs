using DistributedCache.Pipeline;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Adapters;

/// <summary>The adapters of a test's cache, and values to put into them.</summary>
internal static class TestAdapters
{
    public static HybridCache Hybrid(this TestCache node) => node.Services.GetRequiredService<HybridCache>();

    public static IBufferDistributedCache Distributed(this TestCache node) => node.Services.GetRequiredService<IBufferDistributedCache>();

    /// <summary>Whether a store has bytes for the key, without renewing them.</summary>
    public static bool IsStored(this TestCache node, string key, bool holdsValues)
    {
        var engine = node.Services.GetRequiredService<CacheEngine>();
        var place = engine.Calls.DistributedKey(key);
        if (!holdsValues) return engine.Store.FindLocked(place.Index) is { } entry && engine.Clock.Now < entry.FreshUntil;
        var reading = engine.Remote.GetAsync(place, CancellationToken.None);
        Assert.True(reading.IsCompletedSuccessfully);
        using var found = reading.Result;
        return found is not null;
    }
}

/// <summary>A value that a caller can change.</summary>
public sealed class Basket
{
    public List<string> Items { get; set; } = [];
}
