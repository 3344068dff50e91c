using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.TieredOptions;

public class OptionsValidationTests
{
    public static TheoryData<Action<TieredCacheOptions>, string> Faulty => new()
    {
        { o => o.Application = "my shop", "Application is 'my shop'; it must be of letters, digits, '.', '_' and '-', and not empty." },
        { o => o.Application = "", "Application is ''; it must be of letters, digits, '.', '_' and '-', and not empty." },
        { o => o.Version = "1+2", "Version is '1+2'; it must be of letters, digits, '.', '_' and '-', and not empty." },
        { o => o.Version = "_", "Version is '_'; it must be another, since that one is of profiles without versions." },
        { o => o.LocalSizeLimit = 0, "LocalSizeLimit is 0; it must be 1 or more." },
        { o => o.MaximumPayloadBytes = 0, "MaximumPayloadBytes is 0; it must be from 1 to 536,870,912." },
        { o => o.MaximumKeyLength = 65_536, "MaximumKeyLength is 65536; it must be from 1 to 65,535." },
        { o => o.LeaseDuration = TimeSpan.Zero, "LeaseDuration is 00:00:00; it must be more than zero and at most 01:00:00." },
        { o => o.RemoteTimeout = TimeSpan.FromMilliseconds(9), "RemoteTimeout is 00:00:00.0090000; it must be from 00:00:00.0100000 to 00:01:00." },
        { o => o.RemoteTimeout = TimeSpan.FromSeconds(61), "RemoteTimeout is 00:01:01; it must be from 00:00:00.0100000 to 00:01:00." },
        { o => o.MaxStaleness = TimeSpan.FromMilliseconds(99), "MaxStaleness is 00:00:00.0990000; it must be from 00:00:00.1000000 to 01:00:00." },
        { o => o.HeartbeatInterval = o.MaxStaleness, "HeartbeatInterval is 00:00:02; it must be more than zero and less than MaxStaleness, which is 00:00:02." },
        { o => o.HeartbeatInterval = TimeSpan.Zero, "HeartbeatInterval is 00:00:00; it must be more than zero and less than MaxStaleness, which is 00:00:02." },
        { o => o.VerifySample = -0.1, "VerifySample is -0.1; it must be from 0 to 1." },
        { o => o.VerifySample = 1.1, "VerifySample is 1.1; it must be from 0 to 1." },
        { o => o.VerifySample = double.NaN, "VerifySample is NaN; it must be from 0 to 1." },
        { o => o.Partitions = 0, "Partitions is 0; it must be from 1 to 16,384." },
        { o => o.Partitions = 16_385, "Partitions is 16385; it must be from 1 to 16,384." },
        { o => o.LogLength = 0, "LogLength is 0; it must be from 1 to 1,048,576." },
        { o => o.TagsPerPartition = -1, "TagsPerPartition is -1; it must be from 1 to 1,048,576." },
        { o => o.DistributedCache.LocalBudget = 0, "DistributedCache:LocalBudget is 0; it must be 1 or more." },
        { o => o.DistributedCache.WhenUnavailable = (UnavailableBehavior)7, "DistributedCache:WhenUnavailable is 7; it must be one of Throw, Miss." },
        { o => o.Sources["sql"] = new() { MaximumConcurrentLoads = 0 }, "Sources:sql:MaximumConcurrentLoads is 0; it must be from 1 to 2,147,483,647." },
        { o => o.Sources["sql"] = new() { MaximumQueuedLoads = -1 }, "Sources:sql:MaximumQueuedLoads is -1; it must be from 0 to 2,147,483,647." },
        { o => o.Sources["sql"] = null!, "Sources:sql is null; it must be the options of a source." },
        { o => o.Profiles["x"] = null!, "Profiles:x is null; it must be a profile." },
        { o => o.Profiles["idistributedcache"] = new(), "Profiles:idistributedcache is 'idistributedcache'; it must be another name, since the options of IDistributedCache are those of DistributedCache." },
        { o => o.Profiles[" "] = new(), "Profiles:  is ' '; it must be a name that is not blank." },
    };

    [Theory]
    [MemberData(nameof(Faulty), DisableDiscoveryEnumeration = true)]
    public void Validate_OneFault_NamesOptionValueAndLimit(Action<TieredCacheOptions> break_, string expected)
    {
        var options = Sets.With();
        break_(options);

        Assert.Equal([expected], Sets.Faults(options));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16_384)]
    public void Validate_PartitionsAtTheirLimits_AreValid(int partitions)
    {
        var options = Sets.With();
        options.Partitions = partitions;

        Assert.Empty(Sets.Faults(options));
    }

    [Fact]
    public void Validate_NamedCache_PathsBeginWithItsSection()
    {
        var options = Sets.With();
        options.Partitions = 0;

        Assert.Equal(["Caches:orders:Partitions is 0; it must be from 1 to 16,384."], Sets.Faults(options, "orders"));
    }

    [Fact]
    public void Value_ManyFaults_ThrowsWithAllOfThem()
    {
        using var app = new Provided(services => services.AddTieredCache(o =>
        {
            o.Application = "a b";
            o.Partitions = 0;
            o.Profiles["catalog"] = new() { Duration = TimeSpan.Zero, Jitter = 2, Keys = [""] };
        }));

        var thrown = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<TieredCacheOptions>>().Value);

        Assert.Equal(
            ["Application", "Partitions", "Profiles:catalog:Duration", "Profiles:catalog:Jitter", "Profiles:catalog:Keys:0"],
            thrown.Failures.Select(fault => fault.Split(" is ")[0]));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(749L, null, true)]
    [InlineData(750L, null, false)]
    [InlineData(500L, 250L, false)]
    [InlineData(500L, 249L, true)]
    [InlineData(long.MaxValue, long.MaxValue, false)]
    public void Validate_BudgetsOfOneQuarterAndOthers_MustLeaveSomething(long? lru, long? distributed, bool valid)
    {
        var options = Sets.With(
            ("lru", new() { Eviction = LocalEviction.Lru, LocalBudget = lru }),
            ("never", new() { Eviction = LocalEviction.Never }));
        options.DistributedCache.LocalBudget = distributed;

        var faults = Sets.Faults(options);

        if (valid) Assert.Empty(faults);
        else Assert.Contains("Profiles:lru:LocalBudget + Profiles:never:LocalBudget", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_BudgetsTooLarge_SaysTheSumAndTheLimit()
    {
        var options = Sets.With(("never", new() { Eviction = LocalEviction.Never, LocalBudget = 1000 }));

        Assert.Equal(
            ["Profiles:never:LocalBudget is '1,000 bytes together'; it must be less than LocalSizeLimit, which is 1,000 bytes, so that something is left for the other profiles."],
            Sets.Faults(options));
    }
}
