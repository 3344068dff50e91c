using DistributedCache.Adapters;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DistributedCache.Tests.Registration;

public class FrameworkServicesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddTieredCache_FrameworksStoreInMemoryBeforeOrAfter_IsReplaced(bool before)
    {
        var services = new ServiceCollection();
        // As AddDistributedMemoryCache does it, and with it AddMvc and AddRazorPages.
        void AddMemory() => services.TryAdd(ServiceDescriptor.Singleton(typeof(IDistributedCache), StubDistributedCache.NamedAsTheFrameworksStore));
        if (before) AddMemory();
        services.AddTieredCache();
        if (!before) AddMemory();
        using var provider = services.BuildServiceProvider();

        Assert.IsType<TieredDistributedCache>(Assert.Single(provider.GetServices<IDistributedCache>()));
        Assert.Same(provider.GetRequiredService<IDistributedCache>(), provider.GetRequiredService<IBufferDistributedCache>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddTieredCache_HybridCacheBeforeOrAfter_IsReplaced(bool before)
    {
        var services = new ServiceCollection();
        // As AddHybridCache does it.
        if (before) services.TryAddSingleton<HybridCache, StubHybridCache>();
        services.AddTieredCache();
        if (!before) services.TryAddSingleton<HybridCache, StubHybridCache>();
        using var provider = services.BuildServiceProvider();

        Assert.IsType<TieredHybridCache>(Assert.Single(provider.GetServices<HybridCache>()));
    }

    [Fact]
    public void AddTieredCache_OtherStoreBefore_IsLeft()
    {
        var services = new ServiceCollection().AddSingleton<IDistributedCache, StubDistributedCache>();
        services.AddTieredCache();
        using var provider = services.BuildServiceProvider();

        Assert.IsType<StubDistributedCache>(provider.GetRequiredService<IDistributedCache>());
        Assert.Null(provider.GetService<IBufferDistributedCache>());
    }

    [Fact]
    public void AddTieredCache_OtherStoreMadeByAFactory_IsLeft()
    {
        var services = new ServiceCollection().AddSingleton<IDistributedCache>(_ => new StubDistributedCache());
        services.AddTieredCache();
        using var provider = services.BuildServiceProvider();

        Assert.IsType<StubDistributedCache>(provider.GetRequiredService<IDistributedCache>());
    }

    [Fact]
    public void ReplaceDistributedCache_OtherStore_IsReplaced()
    {
        var services = new ServiceCollection().AddSingleton<IDistributedCache, StubDistributedCache>();
        services.AddTieredCache().ReplaceDistributedCache().ReplaceDistributedCache();
        using var provider = services.BuildServiceProvider();

        Assert.IsType<TieredDistributedCache>(Assert.Single(provider.GetServices<IDistributedCache>()));
        Assert.Single(provider.GetServices<IBufferDistributedCache>());
    }

    [Fact]
    public void ReplaceDistributedCache_NamedCache_Throws()
    {
        var builder = new ServiceCollection().AddTieredCache("orders");

        Assert.Contains("'orders'", Assert.Throws<InvalidOperationException>(() => builder.ReplaceDistributedCache()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTieredCache_Named_ReplacesNothing()
    {
        var services = new ServiceCollection().AddSingleton<IDistributedCache, StubDistributedCache>().AddSingleton<HybridCache, StubHybridCache>();
        services.AddTieredCache("orders");
        using var provider = services.BuildServiceProvider();

        Assert.IsType<StubDistributedCache>(provider.GetRequiredService<IDistributedCache>());
        Assert.IsType<StubHybridCache>(provider.GetRequiredService<HybridCache>());
        Assert.Null(provider.GetService<ITieredCache>());
    }
}
