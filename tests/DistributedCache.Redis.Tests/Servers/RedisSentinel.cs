using System.Globalization;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>A master, its replica, and three sentinels that watch them.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    public const string ServiceName = "mymaster";

    private readonly List<RedisProcess> _servers = [];
    private readonly List<RedisProcess> _sentinels = [];

    private RedisSentinel()
    {
    }

    public IReadOnlyList<RedisProcess> Servers => _servers;

    public IReadOnlyList<RedisProcess> Sentinels => _sentinels;

    public string ConnectionString => $"{string.Join(',', _sentinels.Select(s => s.Endpoint))},serviceName={ServiceName}";

    public static async Task<RedisSentinel> StartAsync()
    {
        var set = new RedisSentinel();
        try
        {
            await set.RunAsync();
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    /// <summary>The master the sentinels name.</summary>
    public async Task<RedisProcess> MasterAsync()
    {
        var answer = (object?[])(await _sentinels.First(s => s.IsRunning).ExecuteAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName))!;
        var port = int.Parse((string)answer[1]!, CultureInfo.InvariantCulture);
        return _servers.Single(s => s.Port == port);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _sentinels.Concat(_servers)) await server.DisposeAsync();
    }

    private async Task RunAsync()
    {
        var master = await RedisProcess.StartAsync();
        _servers.Add(master);
        var replica = await RedisProcess.StartAsync($"replicaof 127.0.0.1 {master.Port}");
        _servers.Add(replica);
        await Poll.UntilAsync(
            async () => await replica.InfoAsync("replication", "master_link_status") == "up",
            () => $"The replica did not link to its master. {replica.LogTail()}");

        string[] settings =
        [
            $"sentinel monitor {ServiceName} 127.0.0.1 {master.Port} 2",
            $"sentinel down-after-milliseconds {ServiceName} 1000",
            $"sentinel failover-timeout {ServiceName} 5000",
        ];
        for (var i = 0; i < 3; i++) _sentinels.Add(await RedisProcess.StartAsync(settings, sentinel: true));

        foreach (var sentinel in _sentinels)
            await Poll.UntilAsync(
                async () => ((string)(await sentinel.ExecuteAsync("INFO", "sentinel"))!).Contains("status=ok", StringComparison.Ordinal)
                    && ((string)(await sentinel.ExecuteAsync("INFO", "sentinel"))!).Contains("slaves=1,sentinels=3", StringComparison.Ordinal),
                () => $"A sentinel did not find the replica and the other sentinels. {sentinel.LogTail()}");
    }
}
