namespace DistributedCache.Redis.Tests.Servers;

/// <summary>One server, neither in a cluster nor watched by sentinels.</summary>
public sealed class RedisSingle : IAsyncDisposable
{
    private RedisSingle(RedisProcess server) => Server = server;

    public RedisProcess Server { get; }

    public string ConnectionString => Server.Endpoint;

    public static async Task<RedisSingle> StartAsync(params string[] settings) => new(await RedisProcess.StartAsync(settings));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
