using DistributedCache.Coherence;
using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>The keys and arguments of one script: the common ones, which the prelude reads, then the script's own.</summary>
internal readonly struct ScriptCall
{
    private const int CommonKeys = 2;
    private const int CommonArguments = 6;

    private readonly RedisKey[] _keys;
    private readonly RedisValue[] _arguments;

    public ScriptCall(PartitionNames names, int partition, int logLength, Known known, int keys, int arguments)
    {
        _keys = new RedisKey[CommonKeys + keys];
        _arguments = new RedisValue[CommonArguments + arguments];
        _keys[0] = names.Hash(partition);
        _keys[1] = names.Log(partition);
        _arguments[0] = known.Incarnation;
        _arguments[1] = known.Seen;
        _arguments[2] = Random.Shared.Next(1024);
        _arguments[3] = names.Channel(partition);
        _arguments[4] = logLength;
        _arguments[5] = known.Source;
    }

    public RedisKey[] Keys => _keys;

    public RedisValue[] Arguments => _arguments;

    /// <summary>The script's own keys.</summary>
    public Span<RedisKey> OwnKeys => _keys.AsSpan(CommonKeys);

    /// <summary>The script's own arguments.</summary>
    public Span<RedisValue> Own => _arguments.AsSpan(CommonArguments);
}
