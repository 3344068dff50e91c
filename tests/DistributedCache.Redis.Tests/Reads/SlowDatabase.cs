using System.Collections.Concurrent;
using System.Reflection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Reads;

/// <summary>A client whose every read waits to be answered, and tells which thread sent it, and under what.</summary>
public class SlowDatabase : DispatchProxy
{
    /// <summary>What the caller's calls are traced by.</summary>
    public static readonly AsyncLocal<string?> Trace = new();

    private readonly ConcurrentQueue<Sent> _sent = [];

    /// <summary>A key that can't be sent.</summary>
    public RedisKey Unsendable { get; set; } = "unsendable";

    public IReadOnlyList<Sent> All => [.. _sent];

    public IDatabase Client { get; private set; } = null!;

    public static SlowDatabase Create()
    {
        var client = Create<IDatabase, SlowDatabase>();
        var database = (SlowDatabase)(object)client;
        database.Client = client;
        return database;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Assert.Equal(nameof(IDatabase.StringGetLeaseAsync), targetMethod!.Name);
        var key = (RedisKey)args![0]!;
        if (key == Unsendable) throw new RedisException("It can't be sent.");
        var sent = new Sent(key!, Environment.CurrentManagedThreadId, Trace.Value, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _sent.Enqueue(sent);
        return sent.Answer.Task;
    }

    public sealed record Sent(string Key, int Thread, string? Trace, TaskCompletionSource<Lease<byte>?> Answer);
}
