using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Redis.Tests.Docs;

/// <summary>What the pages show of several instances.</summary>
public sealed class RedisSamples(SharedRedisCluster servers)
{
    private readonly string _application = SharedRedisCluster.NewApplication();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SeveralInstances_ShareWhatTheyCache()
    {
        using var first = Start();
        using var second = Start();
        await first.Services.GetRequiredService<ITieredCache>().SetAsync("product:1", "Lamp", cancellationToken: Stop);
        Assert.Equal("Lamp", (await second.Services.GetRequiredService<ITieredCache>().GetAsync<string>("product:1", cancellationToken: Stop)).Value);
    }

    [Fact]
    public async Task AnotherApplication_IsInvalidated()
    {
        var billing = SharedRedisCluster.NewApplication();
        using var host = Start();
        using var other = Start(billing);
        await other.Services.GetRequiredService<ITieredCache>().SetAsync("invoice:1", "open", tags: ["customer:42"], cancellationToken: Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, (await InvalidateAsync(host.Services.GetRequiredService<ITieredCache>(), billing, Stop)).Status);
        using var reader = Start(billing);
        Assert.False((await reader.Services.GetRequiredService<ITieredCache>().GetAsync<string>("invoice:1", cancellationToken: Stop)).HasValue);
    }

    private static async Task<InvalidationResult> InvalidateAsync(ITieredCache cache, string application, CancellationToken cancellationToken)
    {
        #region another-application
        var result = await cache.ForApplication(application).RemoveByTagAsync("customer:42", cancellationToken);
        #endregion
        return result;
    }

    private IHost Start(string? application = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.Sources.Add(new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = [new("ConnectionStrings:redis", servers.ConnectionString), new("TieredCache:Application", application ?? _application)],
        });
        #region use-redis
        builder.Services.AddTieredCache(o => o.Application = "shop")
            .UseRedis(builder.Configuration.GetConnectionString("redis")!);
        #endregion
        return builder.Build();
    }
}
