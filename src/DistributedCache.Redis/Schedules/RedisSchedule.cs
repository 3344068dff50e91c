using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Schedules;

/// <summary>Schedules in Redis: a list is a sorted set, its scores the Unix ms by the server's clock at which names are due.</summary>
internal sealed class RedisSchedule(PartitionNames names, RedisConnection connection) : IRemoteSchedule
{
    /// <summary>What nobody claims any more, such as of an edge that was given up, ends by itself.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public async ValueTask<bool> AddAsync(string list, IReadOnlyList<(string Name, TimeSpan Delay)> names, int limit, CancellationToken cancellationToken)
    {
        var arguments = new RedisValue[2 + (names.Count * 2)];
        (arguments[0], arguments[1]) = (limit, Milliseconds(Lifetime));
        for (var i = 0; i < names.Count; i++)
            (arguments[2 + (i * 2)], arguments[3 + (i * 2)]) = (names[i].Name, Milliseconds(names[i].Delay));
        return (long)await RunAsync(ScheduleScripts.Add, list, arguments).ConfigureAwait(false) == 1;
    }

    public async ValueTask<ClaimedNames> ClaimAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[]?)await RunAsync(ScheduleScripts.Claim, list, [count, Milliseconds(lease)]).ConfigureAwait(false) ?? [];
        var next = (long)reply[1];
        return new ClaimedNames((string[])reply[2]!, (long)reply[0], next < 0 ? null : TimeSpan.FromMilliseconds(next));
    }

    public async ValueTask CompleteAsync(string list, ClaimedNames claimed, CancellationToken cancellationToken) =>
        await RunAsync(ScheduleScripts.Complete, list, [claimed.Until, .. claimed.Names.Select(static name => (RedisValue)name)]).ConfigureAwait(false);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private async Task<RedisResult> RunAsync(string script, string list, RedisValue[] arguments)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        return await database.ScriptEvaluateAsync(script, [names.Schedule(list)], arguments, Masters.Only).ConfigureAwait(false);
    }
}
