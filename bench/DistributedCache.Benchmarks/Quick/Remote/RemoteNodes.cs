using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>Nodes of this library's cache on a cluster of their own, as applications have them.</summary>
internal sealed class RemoteNodes(string connectionString) : IAsyncDisposable
{
    // As long as the floor's: servers hash every key they are sent.
    private const string Application = "bench";

    private readonly List<ServiceProvider> _services = [];

    /// <summary>What of L1 stays out of the way where the remote tier is measured.</summary>
    public static TieredCacheEntryOptions RemoteOnly { get; } =
        new() { Flags = Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableLocalCache };

    public ITieredCache Add()
    {
        var services = new ServiceCollection();
        services.AddTieredCache(o =>
        {
            o.Application = Application;
            o.Version = "bench";
        }).UseRedis(connectionString).AddProfile("Default", static p => p.Duration = TimeSpan.FromHours(1));
        var provider = services.BuildServiceProvider();
        _services.Add(provider);
        return provider.GetRequiredService<ITieredCache>();
    }

    /// <summary>A client with the same settings, for the floor.</summary>
    public static async Task<IDatabase> FloorAsync(string connectionString) =>
        (await ConnectionMultiplexer.ConnectAsync(connectionString)).GetDatabase();

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services) await services.DisposeAsync();
    }
}
