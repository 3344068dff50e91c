using DistributedCache.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(SharedRedisCluster))]

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>
/// The cluster that all tests of the assembly share: each keeps to an application name of its own. A test that kills,
/// stops or reshards starts a cluster of its own instead.
/// </summary>
public sealed class SharedRedisCluster : IAsyncLifetime
{
    private RedisCluster? _cluster;

    public RedisCluster Cluster => _cluster!;

    public string ConnectionString => Cluster.ConnectionString;

    /// <summary>An application name that no other test has.</summary>
    public static string NewApplication() => $"test-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync() => _cluster = await RedisCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}
