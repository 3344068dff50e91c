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
}

/// <summary>A value that a caller can change.</summary>
public sealed class Basket
{
    public List<string> Items { get; set; } = [];
}
