using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Protocol;
using DistributedCache.Redis.Scripts;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>What writes to one partition, each call one script: invalidations, and values their callers set.</summary>
internal sealed class PartitionWrites(int number, PhysicalKeys physicalKeys, PartitionScripts scripts, RedisConnection connection)
{
    public async Task<Invalidation> InvalidateAsync(InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known)
    {
        string[] indexes = [.. keys.Select(static key => key.Index)];
        var message = NameList.Encode(indexes);
        var reply = await scripts.RepeatAsync(Script.Invalidate, () =>
        {
            var text = scripts.Heads.Versions.Text;
            var physical = new List<RedisKey>(keys.Count * 4);

            // A primary value that was set lacks its number alone.
            if (kind != InvalidationKind.Set)
            {
                foreach (var key in keys) physicalKeys.AddEveryVersion(key, scripts.Heads.Versions.List, physical);
            }

            var call = scripts.Call(known, physical.Count, arguments: 3);
            physical.CopyTo(call.OwnKeys);
            (call.Own[0], call.Own[1], call.Own[2]) = (text, Letter(kind), message);
            return call;
        }).ConfigureAwait(false);
        return Numbered(scripts.Heads.Of(reply), kind, indexes);
    }

    public async Task<Invalidation> InvalidateAsync(Mark mark, Known known)
    {
        var field = MarkField.Encode(mark);
        var call = scripts.Call(known, keys: 0, arguments: 2);
        (call.Own[0], call.Own[1]) = (field, NameList.Encode([field]));
        var reply = await scripts.RunAsync(Script.Mark, call).ConfigureAwait(false);
        return Numbered(scripts.Heads.Of(reply), InvalidationKind.Mark, [], mark);
    }

    public async Task<SetReply> SetAsync(IReadOnlyList<RemoteWrite> writes, Known known)
    {
        try
        {
            return await TrySetAsync(writes, known).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.IsFull())
        {
            // No room for the new value must not leave the old one.
            var removed = await InvalidateAsync(InvalidationKind.Remove, [.. writes.Select(static write => write.Key)], known).ConfigureAwait(false);
            return new SetReply(removed, default, [], exception);
        }
    }

    public async Task<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known)
    {
        var call = scripts.Call(known, keys: 1, arguments: 4);
        call.OwnKeys[0] = physicalKeys.Entry(write.Key);
        (call.Own[0], call.Own[1]) = (NameList.Encode([write.Key.Index]), RemoteLifetime.Milliseconds(write.TimeToLive));
        (call.Own[2], call.Own[3]) = (onlyIfAbsent ? "1" : "0", write.Envelope);
        RedisResult reply;
        try
        {
            reply = await scripts.RunAsync(Script.SetPrimary, call).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.IsOfMoving())
        {
            return new PrimaryReply(await SetPlainAsync(write, onlyIfAbsent).ConfigureAwait(false), null, IsNumberDue: true);
        }

        return (string?)reply switch
        {
            "NO" => new PrimaryReply(false, null),
            "PLAIN" => new PrimaryReply(true, null),
            _ => new PrimaryReply(true, Numbered(scripts.Heads.Of(reply), InvalidationKind.Set, [write.Key.Index])),
        };
    }

    /// <summary>A command on the one key, which its slot takes also while it is moved.</summary>
    private async Task<bool> SetPlainAsync(RemoteWrite write, bool onlyIfAbsent)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var key = physicalKeys.Entry(write.Key);
        if (!write.Envelope.IsEmpty)
            return await database.StringSetAsync(key, write.Envelope, TimeSpan.FromMilliseconds(RemoteLifetime.Milliseconds(write.TimeToLive)), onlyIfAbsent ? When.NotExists : When.Always).ConfigureAwait(false);
        await database.KeyDeleteAsync(key).ConfigureAwait(false);
        return true;
    }

    private static string Letter(InvalidationKind kind) => kind switch
    {
        InvalidationKind.Expire => "E",
        InvalidationKind.Set => "S",
        _ => "R",
    };

    private async Task<SetReply> TrySetAsync(IReadOnlyList<RemoteWrite> writes, Known known)
    {
        var message = NameList.Encode([.. writes.Select(static write => write.Key.Index)]);
        var reply = await scripts.RepeatAsync(Script.Set, () =>
        {
            var (text, versions) = (scripts.Heads.Versions.Text, scripts.Heads.Versions.List);
            var physical = new List<RedisKey>(writes.Count * 2 * Math.Max(1, versions.Count));
            foreach (var write in writes)
            {
                physical.Add(physicalKeys.Entry(write.Key));
                physicalKeys.AddEveryVersion(write.Key, versions, physical, leavesOutOwn: true);
            }

            // Later invalidations of the keys are to refuse it.
            var call = scripts.CallAsOf(known, physical.Count, 4 + (2 * writes.Count));
            physical.CopyTo(call.OwnKeys);
            (call.Own[0], call.Own[1]) = (text, writes[0].Key.Version);
            (call.Own[2], call.Own[3]) = (MarkField.Encode(Mark.ClearOf(writes[0].Key.Tenant)), message);
            for (var i = 0; i < writes.Count; i++)
            {
                call.Own[4 + (2 * i)] = RemoteLifetime.Milliseconds(writes[i].TimeToLive);
                call.Own[5 + (2 * i)] = writes[i].Envelope is { IsEmpty: false } envelope ? envelope : RedisValue.EmptyString;
            }

            return call;
        }).ConfigureAwait(false);
        var head = scripts.Heads.Of(reply, out var rest);
        int[] refused = [.. Encoding.ASCII.GetString(rest).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        string[] accepted = [.. writes.Where((_, i) => !refused.Contains(i)).Select(static write => write.Key.Index)];
        return new SetReply(accepted.Length == 0 ? null : Numbered(head, InvalidationKind.Set, accepted), head, refused);
    }

    private Invalidation Numbered(Head head, InvalidationKind kind, IReadOnlyList<string> indexes, Mark mark = default) =>
        new(number, head.Incarnation, head.Base, head.Sequence, kind, indexes, mark, Source: head.Source);
}
