using DistributedCache.Tests.TieredOptions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.Registration;

public class CacheStartupTests
{
    private readonly RecordedLogs _logs = new();

    [Fact]
    public async Task Start_InvalidOptions_FailsWithAllFaultsOfAllCaches()
    {
        using var host = Host(services =>
        {
            services.AddTieredCache(o =>
            {
                o.Partitions = 0;
                o.Profiles["goods"] = new() { Duration = TimeSpan.Zero };
            });
            services.AddTieredCache("orders", o => o.LogLength = 0);
        });

        var thrown = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            ["Partitions is 0", "Profiles:goods:Duration is 00:00:00", "Caches:orders:LogLength is 0"],
            thrown.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures).Select(fault => fault.Split(';')[0]));
    }

    [Fact]
    public async Task Start_NothingElseRegistered_SaysNothing()
    {
        await StartAsync(services => services.AddTieredCache());

        Assert.DoesNotContain(_logs.Lines, line => line.Id is >= 1010 and <= 1099);
    }

    [Fact]
    public async Task Start_OtherStoreWasLeft_SaysWhoAndHowToReplaceIt()
    {
        await StartAsync(services => services.AddSingleton<IDistributedCache, StubDistributedCache>().AddTieredCache());

        var line = Assert.Single(_logs.Of(1010));
        Assert.Contains(nameof(StubDistributedCache), line, StringComparison.Ordinal);
        Assert.Contains("ReplaceDistributedCache()", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TakenOverAfterwards_SaysByWhom()
    {
        await StartAsync(services =>
        {
            services.AddTieredCache();
            services.AddSingleton<IDistributedCache, StubDistributedCache>();
            services.AddSingleton<HybridCache>(new StubHybridCache());
        });

        var lines = _logs.Of(1011);
        Assert.Equal(2, lines.Count);
        Assert.Contains(lines, line => line.Contains("HybridCache is DistributedCache.Tests.Registration.StubHybridCache", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("IDistributedCache is DistributedCache.Tests.Registration.StubDistributedCache", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_OnlyNamedCaches_SaysNothingOfOtherStores()
    {
        await StartAsync(services => services.AddSingleton<IDistributedCache, StubDistributedCache>().AddTieredCache("orders"));

        Assert.DoesNotContain(_logs.Lines, line => line.Id is >= 1010 and <= 1099);
    }

    private async Task StartAsync(Action<IServiceCollection> add)
    {
        using var host = Host(add);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private IHost Host(Action<IServiceCollection> add)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "shop", DisableDefaults = true });
        builder.Logging.AddProvider(_logs);
        add(builder.Services);
        return builder.Build();
    }
}
