using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.TieredOptions;

public class OptionDefaultsTests
{
    [Fact]
    public void Options_NothingSet_AreTheDocumentedDefaults()
    {
        var options = new TieredCacheOptions();

        Assert.Equal(TimeSpan.FromDays(30), TieredCacheOptions.MaximumLifetime);
        Assert.Equal(1_048_576, options.MaximumPayloadBytes);
        Assert.Equal(1_024, options.MaximumKeyLength);
        Assert.Equal(TimeSpan.FromSeconds(10), options.LeaseDuration);
        Assert.Equal(TimeSpan.FromSeconds(1), options.RemoteTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), options.MaxStaleness);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.HeartbeatInterval);
        Assert.Equal(0.0001, options.VerifySample);
        Assert.Equal(64, options.Partitions);
        Assert.Equal(4_096, options.LogLength);
        Assert.Equal(32_768, options.TagsPerPartition);
        Assert.True(options.Enabled);
        Assert.False(options.Strict);
        Assert.Same(TimeProvider.System, options.TimeProvider);
        Assert.True(options.DistributedCache.Local);
        Assert.Equal(UnavailableBehavior.Throw, options.DistributedCache.WhenUnavailable);
        Assert.Null(options.DistributedCache.LocalBudget);
        Assert.Equal("Default", Assert.Single(options.Profiles).Key);
        Assert.Empty(options.Sources);
    }

    [Fact]
    public void DefaultProfile_NothingSet_HasTheDocumentedDefaults()
    {
        var profile = Sets.Of(new TieredCacheOptions()).Default;

        Assert.Equal(TimeSpan.FromMinutes(5), profile.Duration);
        Assert.Equal(TimeSpan.FromMinutes(5), profile.Policy.LocalDuration);
        Assert.False(profile.Policy.CapsLocal);
        Assert.Null(profile.Policy.Sliding);
        Assert.Equal(TimeSpan.Zero, profile.Policy.StaleFor);
        Assert.Equal(TimeSpan.FromSeconds(30), profile.NullDuration);
        Assert.Equal(TimeSpan.FromSeconds(30), profile.FactoryHardTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, profile.FactorySoftTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), profile.RetryAfterFailure);
        Assert.Equal(0.1, profile.Jitter);
        Assert.Equal(0, profile.EarlyRefresh);
        Assert.Equal(TimeSpan.FromMinutes(5), profile.UnverifiedFor);
        Assert.Equal(UnverifiedBehavior.ServeStale, profile.WhenUnverified);
        Assert.Equal(LocalEviction.Adaptive, profile.Eviction);
        Assert.Null(profile.LocalBudget);
        Assert.True(profile.Versioned);
        Assert.False(profile.Primary || profile.Isolate || profile.Sensitive || profile.Replicate);
        Assert.Equal(int.MaxValue, profile.CompressAbove);
        Assert.Null(profile.Source);
    }

    [Theory]
    [InlineData(1L << 30, (1L << 30) / 10)]
    [InlineData(64L << 30, 256L << 20)]
    [InlineData(0, 1)]
    public void LocalSizeLimit_NotSet_IsATenthOfTheMemoryUpTo256Megabytes(long available, long expected) =>
        Assert.Equal(expected, TieredCacheDefaults.LocalSizeLimit(available));

    [Fact]
    public void HeartbeatInterval_NotSet_FollowsMaxStaleness() =>
        Assert.Equal(TimeSpan.FromSeconds(1), new TieredCacheOptions { MaxStaleness = TimeSpan.FromSeconds(4) }.HeartbeatInterval);

    [Fact]
    public void Application_InAHost_IsTheHostsAndANamedCachesHasItsName()
    {
        using var host = Hosted("Production", services => services.AddTieredCache("orders"));
        var options = host.Services.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>();

        Assert.Equal("shop", options.Get("").Application);
        Assert.Equal("shop.orders", options.Get("orders").Application);
    }

    [Theory]
    [InlineData("Development", true)]
    [InlineData("Production", false)]
    public void Strict_NotSet_IsTrueInDevelopment(string environment, bool expected)
    {
        using var host = Hosted(environment, _ => { });

        Assert.Equal(expected, host.Services.GetRequiredService<IOptions<TieredCacheOptions>>().Value.Strict);
    }

    [Fact]
    public void Strict_SetToFalse_StaysInDevelopment()
    {
        using var host = Hosted("Development", services => services.AddTieredCache(o => o.Strict = false));

        Assert.False(host.Services.GetRequiredService<IOptions<TieredCacheOptions>>().Value.Strict);
    }

    [Fact]
    public void TimeProvider_AmongTheServices_IsTaken()
    {
        var time = new FakeTimeProvider();
        using var app = new Provided(services => services.AddSingleton<TimeProvider>(time).AddTieredCache());

        Assert.Same(time, app.Options().TimeProvider);
    }

    [Fact]
    public void TimeProvider_Set_WinsOverTheServices()
    {
        var time = new FakeTimeProvider();
        using var app = new Provided(services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()).AddTieredCache(o => o.TimeProvider = time));

        Assert.Same(time, app.Options().TimeProvider);
    }

    private static IHost Hosted(string environment, Action<IServiceCollection> add)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = "shop",
            EnvironmentName = environment,
            DisableDefaults = true,
        });
        builder.Services.AddTieredCache();
        add(builder.Services);
        return builder.Build();
    }
}
