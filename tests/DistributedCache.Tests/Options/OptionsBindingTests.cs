using System.Reflection;
using DistributedCache.Registration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.TieredOptions;

public class OptionsBindingTests
{
    [Fact]
    public void Bind_CodeAndConfiguration_ConfigurationWinsAndTheyCompose()
    {
        using var app = new Provided(
            services => services.AddTieredCache(o =>
            {
                o.Application = "code";
                o.Partitions = 16;
                o.Profiles["catalog"] = new() { Keys = ["product:"], Duration = TimeSpan.FromHours(12), StaleFor = TimeSpan.FromHours(1) };
            }),
            ("TieredCache:Application", "configured"),
            ("TieredCache:Profiles:Catalog:Duration", "00:10:00"));

        var options = app.Options();

        Assert.Equal(("configured", 16), (options.Application, options.Partitions));
        var catalog = options.Profiles["catalog"];
        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)), (catalog.Duration, catalog.StaleFor));
        Assert.Equal(["product:"], catalog.Keys);
    }

    [Fact]
    public void Bind_CodeAddedAfterwards_ConfigurationStillWins()
    {
        using var app = new Provided(
            services =>
            {
                services.AddTieredCache().AddProfile("catalog", p => p.Duration = TimeSpan.FromHours(12));
                services.Configure<TieredCacheOptions>(o => o.Partitions = 16);
            },
            ("TieredCache:Partitions", "8"),
            ("TieredCache:Profiles:catalog:Duration", "00:10:00"));

        Assert.Equal(8, app.Options().Partitions);
        Assert.Equal(TimeSpan.FromMinutes(10), app.Options().Profiles["catalog"].Duration);
    }

    [Fact]
    public void Bind_EveryKindOfValue_IsRead()
    {
        using var app = new Provided(
            services => services.AddTieredCache(),
            ("TieredCache:Enabled", "false"),
            ("TieredCache:Strict", "true"),
            ("TieredCache:LocalSizeLimit", "5000000000"),
            ("TieredCache:MaxStaleness", "00:00:04"),
            ("TieredCache:Sources:sql:MaximumConcurrentLoads", "20"),
            ("TieredCache:Sources:sql:MaximumQueuedLoads", "5"),
            ("TieredCache:DistributedCache:Local", "false"),
            ("TieredCache:DistributedCache:WhenUnavailable", "Miss"),
            ("TieredCache:Profiles:goods:Eviction", "lru"),
            ("TieredCache:Profiles:goods:Jitter", "0.25"),
            ("TieredCache:Profiles:goods:Flags", "DisableLocalCache, DisableCompression"),
            ("TieredCache:Profiles:goods:Source", "sql"),
            ("TieredCache:Profiles:goods:Isolate", "true"));

        var options = app.Options();

        Assert.Equal((false, true, 5_000_000_000L), (options.Enabled, options.Strict, options.LocalSizeLimit));
        Assert.Equal(TimeSpan.FromSeconds(1), options.HeartbeatInterval);
        Assert.Equal((20, 5), (options.Sources["sql"].MaximumConcurrentLoads, options.Sources["sql"].MaximumQueuedLoads));
        Assert.Equal((false, UnavailableBehavior.Miss), (options.DistributedCache.Local, options.DistributedCache.WhenUnavailable));
        var goods = app.Profiles().Current.All.Single(profile => profile.Name == "goods");
        Assert.Equal((LocalEviction.Lru, 0.25, "sql", true), (goods.Eviction, goods.Jitter, goods.Source, goods.Isolate));
        Assert.Equal(
            Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableLocalCache | Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableCompression,
            goods.Policy.Flags);
    }

    [Fact]
    public void Bind_KeysConfigured_ReplaceThoseOfCode()
    {
        using var app = new Provided(
            services => services.AddTieredCache().AddProfile("goods", p => p.Keys = new[] { "product:", "category:" }),
            ("TieredCache:Profiles:goods:Keys:0", "sku:"));

        Assert.Equal(["sku:"], app.Options().Profiles["goods"].Keys);
    }

    [Fact]
    public void Bind_ProfileNamedWithoutValues_IsThere()
    {
        using var app = new Provided(services => services.AddTieredCache(), ("TieredCache:Profiles:session", null));

        Assert.True(app.Profiles().Current.TryGet("session", out var session));
        Assert.True(session.Primary);
    }

    [Fact]
    public void Bind_NamedCache_HasItsOwnSectionAndNotTheOthers()
    {
        using var app = new Provided(
            services =>
            {
                services.AddTieredCache();
                services.AddTieredCache("orders");
            },
            ("TieredCache:Partitions", "8"),
            ("TieredCache:Caches:orders:LogLength", "100"));

        Assert.Equal((8, 4096), (app.Options().Partitions, app.Options().LogLength));
        Assert.Equal((64, 100), (app.Options("orders").Partitions, app.Options("orders").LogLength));
    }

    [Fact]
    public void Bind_SectionGiven_IsReadInPlaceOfTheUsual()
    {
        var own = new ConfigurationBuilder().AddInMemoryCollection([new("Cache:LogLength", "100"), new("Cache:Orders:LogLength", "200")]).Build();
        using var app = new Provided(
            services =>
            {
                services.AddTieredCache(own.GetSection("Cache"));
                services.AddTieredCache("orders", own.GetSection("Cache:Orders"));
            },
            ("TieredCache:LogLength", "1"),
            ("TieredCache:Partitions", "8"));

        Assert.Equal((100, 64), (app.Options().LogLength, app.Options().Partitions));
        Assert.Equal(200, app.Options("orders").LogLength);
    }

    [Fact]
    public void Bind_NoConfigurationAmongTheServices_BindsNothing()
    {
        using var services = new ServiceCollection().AddTieredCache(o => o.LogLength = 7).Services.BuildServiceProvider();

        Assert.Equal(7, services.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().CurrentValue.LogLength);
    }

    [Fact]
    public void Bind_UnreadableValues_AreFaultsLikeAllOthers()
    {
        using var app = new Provided(
            services => services.AddTieredCache(o => o.LogLength = 0),
            ("TieredCache:Partitions", "many"),
            ("TieredCache:Profiles:goods:Duration", "soon"),
            ("TieredCache:Profiles:goods:Jitter", "3"));

        var faults = Assert.Throws<OptionsValidationException>(() => app.Options()).Failures.ToList();

        Assert.Equal(4, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("'many'", StringComparison.Ordinal) && fault.Contains("Partitions", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'soon'", StringComparison.Ordinal) && fault.Contains("Profiles:goods:Duration", StringComparison.Ordinal));
        Assert.Contains("LogLength is 0; it must be from 1 to 1,048,576.", faults);
        Assert.Contains("Profiles:goods:Jitter is 3; it must be from 0 to 0.5.", faults);
    }

    [Fact]
    public void BoundOptions_Properties_AreAllButTheClock() => Assert.Equal(
        typeof(TieredCacheOptions).GetProperties().Where(property => property.Name != nameof(TieredCacheOptions.TimeProvider)).Select(Signature).Order(),
        typeof(BoundOptions).GetProperties().Select(Signature).Order());

    private static string Signature(PropertyInfo property) => $"{property.PropertyType} {property.Name} {property.CanWrite}";
}
