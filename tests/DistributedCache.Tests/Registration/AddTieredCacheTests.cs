using DistributedCache.Adapters;
using DistributedCache.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.Registration;

public class AddTieredCacheTests
{
    [Fact]
    public void AddTieredCache_Unnamed_IsOneEngineForEveryInterface()
    {
        using var provider = new ServiceCollection().AddTieredCache().Services.BuildServiceProvider();

        var engine = provider.GetRequiredService<CacheEngine>();

        Assert.Same(engine.Default, provider.GetRequiredService<ITieredCache>());
        Assert.NotNull(provider.GetRequiredService<HybridCache>());
        Assert.NotNull(provider.GetRequiredService<IDistributedCache>());
    }

    [Fact]
    public void AddTieredCache_Named_IsThereUnderItsKeyAlone()
    {
        var services = new ServiceCollection();
        services.AddTieredCache();
        services.AddTieredCache("orders");
        services.AddTieredCache("users");
        using var provider = services.BuildServiceProvider();

        var engine = provider.GetRequiredKeyedService<CacheEngine>("orders");

        Assert.Same(engine.Default, provider.GetRequiredKeyedService<ITieredCache>("orders"));
        Assert.IsType<TieredHybridCache>(provider.GetRequiredKeyedService<HybridCache>("orders"));
        Assert.Same(provider.GetRequiredKeyedService<IDistributedCache>("orders"), provider.GetRequiredKeyedService<IBufferDistributedCache>("orders"));
        Assert.Equal(3, new[] { engine, provider.GetRequiredService<CacheEngine>(), provider.GetRequiredKeyedService<CacheEngine>("users") }.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    public void AddTieredCache_TwiceForAName_ComposesAndIsOneEngine(string name)
    {
        var services = new ServiceCollection();
        Add(services, name, o => o.Partitions = 8);
        Add(services, name, o => o.LogLength = 9);
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get(name);

        Assert.Equal((8, 9), (options.Partitions, options.LogLength));
        Assert.Single(services, service => service.ServiceType == typeof(CacheEngine));
        Assert.Single(services, service => service.ServiceType == typeof(ITieredCache));
        Assert.Single(services, service => service.ServiceType == typeof(HybridCache));
        Assert.Single(services, service => service.ServiceType == typeof(IDistributedCache));
        Assert.Single(services, service => service.ServiceType == typeof(IHostedService));
    }

    [Fact]
    public void AddTieredCache_TieredCacheAlreadyRegistered_IsLeft()
    {
        var fake = new TieredCache();
        var services = new ServiceCollection().AddSingleton<ITieredCache>(fake);
        services.AddTieredCache();
        using var provider = services.BuildServiceProvider();

        Assert.Same(fake, provider.GetRequiredService<ITieredCache>());
    }

    [Fact]
    public void AddTieredCache_Builder_SaysServicesAndName()
    {
        var services = new ServiceCollection();

        Assert.Equal("", services.AddTieredCache().Name);
        Assert.Equal("orders", services.AddTieredCache("orders").Name);
        Assert.Same(services, services.AddTieredCache(new ConfigurationBuilder().Build()).Services);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    public void AddTieredCache_BadName_Throws(string name) => Assert.StartsWith(
        $"The cache's name is '{name}'; it must be of letters",
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTieredCache(name)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void AddTieredCache_Null_Throws()
    {
        var services = new ServiceCollection();

        Assert.Throws<ArgumentNullException>(() => services.AddTieredCache((string)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddTieredCache((IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddTieredCache("orders", (IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddTieredCache());
    }

    private static void Add(ServiceCollection services, string name, Action<TieredCacheOptions> configure)
    {
        if (name.Length == 0) services.AddTieredCache(configure);
        else services.AddTieredCache(name, configure);
    }
}
