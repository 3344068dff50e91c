using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>What an application keeps in Redis, read and written past the library.</summary>
internal sealed class Stored : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _client;
    private readonly PartitionNames _names;
    private readonly Partitioner _partitioner;

    private Stored(ConnectionMultiplexer client, string application, int partitions)
    {
        _client = client;
        _names = new PartitionNames(application, partitions);
        _partitioner = new Partitioner(partitions);
    }

    public IDatabase Database => _client.GetDatabase();

    public static async Task<Stored> OpenAsync(string connectionString, string application, int partitions = 64) =>
        new(await ConnectionMultiplexer.ConnectAsync(connectionString + ",allowAdmin=true"), application, partitions);

    public int PartitionOf(string key) => _partitioner.OfKey("", key);

    public int PartitionOfTag(string tag) => _partitioner.OfTag("", tag);

    public RedisKey Entry(string key, string version = "v1") => _names.Entry(PartitionOf(key), version, "", key);

    public RedisKey Primary(string key) => _names.Primary(PartitionOf(key), "", key);

    /// <summary>Where a value of IDistributedCache is.</summary>
    public RedisKey Distributed(string key) => _names.Primary(PartitionOf(key), "", $"\u0001{key}");

    public string Hash(int partition) => _names.Hash(partition);

    public string Log(int partition) => _names.Log(partition);

    public string Channel(int partition) => _names.Channel(partition);

    public async Task<byte[]> BytesAsync(RedisKey key) => (byte[]?)await Database.StringGetAsync(key) ?? throw new InvalidOperationException($"There is no '{key}'.");

    public Task PublishAsync(int partition, RedisValue message) => Database.PublishAsync(RedisChannel.Sharded(Channel(partition)), message);

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
