using DistributedCache.Profiles;
using DistributedCache.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.TieredOptions;

public class OptionsReloadTests
{
    [Fact]
    public void Reload_Valid_TakesEffectAndTells()
    {
        using var app = Shop();
        var source = app.Profiles();
        var before = source.Current;
        var told = 0;
        source.Changed += () => told++;

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:09"), ("TieredCache:Enabled", "false"));

        Assert.Equal(TimeSpan.FromSeconds(9), source.Current.For("product:1").Duration);
        Assert.False(source.Options.Enabled);
        Assert.Equal(1, told);
        Assert.Equal(TimeSpan.FromHours(1), before.For("product:1").Duration);
        Assert.Empty(app.Logs.Of(1000).Concat(app.Logs.Of(1001)));
    }

    [Fact]
    public void Reload_Invalid_KeepsTheOldAndIsLoggedOnce()
    {
        using var app = Shop();
        var source = app.Profiles();

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:00"), ("TieredCache:Profiles:goods:Jitter", "9"), ("TieredCache:Enabled", "false"));
        app.Reload();
        using (var scope = app.Services.CreateScope())
            Assert.True(scope.ServiceProvider.GetRequiredService<IOptionsSnapshot<TieredCacheOptions>>().Value.Enabled);

        Assert.Equal(TimeSpan.FromHours(1), source.Current.For("product:1").Duration);
        Assert.True(source.Options.Enabled);
        Assert.True(app.Options().Enabled);
        var line = Assert.Single(app.Logs.Of(1000));
        Assert.Contains("Profiles:goods:Duration is 00:00:00", line, StringComparison.Ordinal);
        Assert.Contains("Profiles:goods:Jitter is 9", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_UnreadableValue_KeepsTheOldAndIsLogged()
    {
        using var app = Shop();
        var source = app.Profiles();

        app.Reload(("TieredCache:Profiles:goods:Duration", "soon"));

        Assert.Equal(TimeSpan.FromHours(1), source.Current.For("product:1").Duration);
        Assert.Contains("'soon'", Assert.Single(app.Logs.Of(1000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_ValidAgain_TakesEffectAndIsLogged()
    {
        using var app = Shop();
        var source = app.Profiles();

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:00"));
        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:09"));

        Assert.Equal(TimeSpan.FromSeconds(9), source.Current.For("product:1").Duration);
        Assert.Single(app.Logs.Of(1002));

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:00"));

        Assert.Equal(2, app.Logs.Of(1000).Count);
    }

    [Fact]
    public void Reload_InvalidAfterAChange_KeepsTheLastValidNotTheFirst()
    {
        using var app = Shop();
        var source = app.Profiles();

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:09"));
        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:00"));

        Assert.Equal(TimeSpan.FromSeconds(9), source.Current.For("product:1").Duration);
    }

    [Theory]
    [InlineData("Application", "other")]
    [InlineData("Version", "9")]
    [InlineData("Partitions", "8")]
    [InlineData("Profiles:goods:Primary", "true")]
    [InlineData("Profiles:goods:Versioned", "false")]
    [InlineData("Profiles:goods:Version", "9")]
    [InlineData("Profiles:goods:Keys:0", "sku:", "Profiles:goods:Keys")]
    [InlineData("Profiles:goods:Keys:1", "sku:", "Profiles:goods:Keys")]
    [InlineData("Profiles:new:Keys:0", "sku:", "Profiles:new:Keys")]
    [InlineData("Profiles:Default:Version", "9")]
    [InlineData("LocalSizeLimit", "1000000")]
    [InlineData("MaximumPayloadBytes", "9")]
    [InlineData("MaximumKeyLength", "99")]
    [InlineData("LeaseDuration", "00:00:09")]
    [InlineData("RemoteTimeout", "00:00:09")]
    [InlineData("MaxStaleness", "00:00:09")]
    [InlineData("HeartbeatInterval", "00:00:00.1")]
    [InlineData("LogLength", "9")]
    [InlineData("TagsPerPartition", "9")]
    [InlineData("MaximumQueuedInvalidations", "9")]
    [InlineData("VerifySample", "0.5")]
    [InlineData("DistributedCache:LocalBudget", "9")]
    [InlineData("Profiles:goods:Eviction", "Never")]
    [InlineData("Profiles:goods:LocalBudget", "9")]
    [InlineData("Profiles:new:Eviction", "Lru")]
    [InlineData("Profiles:session:Sliding", "00:09:00", "Profiles:session:Eviction")]
    public void Reload_WhatNeedsARestart_IsKeptAndLoggedByName(string option, string value, string? logged = null)
    {
        using var app = Shop();
        var source = app.Profiles();
        var before = Home(source);

        app.Reload(($"TieredCache:{option}", value), ("TieredCache:Profiles:goods:Duration", "00:00:09"));
        app.Reload();

        Assert.Equal(before, Home(source));
        Assert.Equal(TimeSpan.FromSeconds(9), source.Current.For("product:1").Duration);
        Assert.EndsWith($" {logged ?? option}.", Assert.Single(app.Logs.Of(1001)), StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_RestartNeededThenTakenBack_LogsOnceAndNoMore()
    {
        using var app = Shop();
        app.Profiles();

        app.Reload(("TieredCache:Partitions", "8"), ("TieredCache:Version", "9"));
        app.Reload(("TieredCache:Partitions", "64"), ("TieredCache:Version", "1.2.3"));
        app.Reload();

        Assert.EndsWith("Version, Partitions.", Assert.Single(app.Logs.Of(1001)), StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_ProfileWithKeysGone_StaysWhole()
    {
        var before = Sets.With(("goods", new() { Keys = ["product:"], Duration = TimeSpan.FromHours(1) }), ("named", new()));
        var after = Sets.With();

        Assert.Equal(["Profiles:goods"], RestartOnly.Keep(before, after));
        Assert.Equal("goods", Sets.Of(after).For("product:1").Name);
        Assert.False(after.Profiles.ContainsKey("named"));
    }

    [Fact]
    public void Keep_PrefixMovedBetweenProfiles_StaysWhereItWas()
    {
        var before = Sets.With(("a", new() { Keys = ["p:"] }), ("b", new()));
        var after = Sets.With(("a", new()), ("b", new() { Keys = ["p:"] }));

        Assert.Equal(["Profiles:a:Keys", "Profiles:b:Keys"], RestartOnly.Keep(before, after));
        Assert.Equal("a", Sets.Of(after).For("p:1").Name);
    }

    [Fact]
    public void Keep_KeysInAnotherOrder_AreTheSame() => Assert.Empty(RestartOnly.Keep(
        Sets.With(("a", new() { Keys = ["p:", "q:"] })), Sets.With(("A", new() { Keys = ["q:", "p:"] }))));

    [Fact]
    public void Reload_NewProfile_KeepsTheIndexesOfTheOthers()
    {
        using var app = Shop();
        var source = app.Profiles();
        var goods = source.Current.For("product:1").Index;

        app.Reload(("TieredCache:Profiles:alpha:Duration", "00:01:00"));

        Assert.Equal(goods, source.Current.For("product:1").Index);
        Assert.True(source.Current.TryGet("alpha", out var alpha));
        Assert.DoesNotContain(source.Current.All, profile => profile != alpha && profile.Index == alpha.Index);
        Assert.Equal("alpha", source.Current.All[^1].Name);
    }

    [Fact]
    public void Reload_OtherCache_IsNotTold()
    {
        using var app = new Provided(services =>
        {
            services.AddTieredCache();
            services.AddTieredCache("orders");
        });
        var orders = app.Profiles("orders");

        app.Reload(("TieredCache:Caches:orders:Sources:db:MaximumConcurrentLoads", "9"), ("TieredCache:Sources:db:MaximumConcurrentLoads", "8"));

        Assert.Equal((9, 8), (orders.Options.Sources["db"].MaximumConcurrentLoads, app.Options().Sources["db"].MaximumConcurrentLoads));
    }

    [Fact]
    public void Dispose_ThenReload_ChangesNothing()
    {
        using var app = Shop();
        var source = app.Profiles();
        source.Dispose();

        app.Reload(("TieredCache:Profiles:goods:Duration", "00:00:09"));

        Assert.Equal(TimeSpan.FromHours(1), source.Current.For("product:1").Duration);
    }

    [Fact]
    public void ProfileSource_VersionLeftPlain_WarnsOnceAndNotWhereItWasSet()
    {
        using var app = new Provided(services => services.AddTieredCache(o => o.Version = "1.0.0"));
        app.Profiles();
        app.Reload();

        Assert.Empty(app.Logs.Of(1003));
        var isPlain = ApplicationVersion.From(System.Reflection.Assembly.GetEntryAssembly(), byDeployment: false) == ApplicationVersion.Plain;
        using var plain = new Provided(services => services.AddTieredCache());
        plain.Profiles();
        plain.Reload();

        Assert.Equal(isPlain ? 1 : 0, plain.Logs.Of(1003).Count);
    }

    [Fact]
    public void ProfileSource_InvalidAtFirst_ThrowsAndLaterRecovers()
    {
        using var app = new Provided(services => services.AddTieredCache(), ("TieredCache:Partitions", "0"));

        Assert.Throws<OptionsValidationException>(() => app.Profiles());
        app.Reload(("TieredCache:Partitions", "4"));

        Assert.Equal(4, app.Profiles().Options.Partitions);
    }

    private static Provided Shop() => new(
        services => services.AddTieredCache(o => o.Application = "shop"),
        ("TieredCache:Version", "1.2.3"),
        ("TieredCache:Partitions", "64"),
        ("TieredCache:Profiles:goods:Keys:0", "product:"),
        ("TieredCache:Profiles:goods:Duration", "01:00:00"));

    /// <summary>All that says where the keys live, and what the cache is made of.</summary>
    private static string Home(ProfileSource source)
    {
        var goods = source.Current.For("product:1");
        var other = source.Current.For("sku:1");
        var own = source.Options;
        return $"{own.Application} {own.Version} {own.Partitions} {own.LocalSizeLimit} {own.MaximumPayloadBytes} {own.MaximumKeyLength} {own.LeaseDuration} "
            + $"{own.RemoteTimeout} {own.MaxStaleness} {own.HeartbeatInterval} {own.LogLength} {own.TagsPerPartition} {own.MaximumQueuedInvalidations} "
            + $"{own.VerifySample} {own.DistributedCache.LocalBudget} {goods.Eviction} {goods.LocalBudget} "
            + $"{goods.Name} {goods.Primary} {goods.Version} {other.Name} {other.Primary} {other.Version}";
    }
}
