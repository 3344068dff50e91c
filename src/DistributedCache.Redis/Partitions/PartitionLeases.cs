using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Redis.Protocol;
using DistributedCache.Redis.Scripts;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>The right to load keys of one partition, and what loads bring.</summary>
internal sealed class PartitionLeases(PhysicalKeys physicalKeys, PartitionScripts scripts, RedisTierSettings settings)
{
    public async Task<LeaseReply[]> LeaseAsync(
        IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, ulong rejectedId, Known known, long utcNow)
    {
        var call = scripts.Call(known, 2 * keys.Count, arguments: 4 + (2 * keys.Count));
        (call.Own[0], call.Own[1], call.Own[2]) = (keys[0].Version, utcNow, settings.LeaseMilliseconds);
        call.Own[3] = MarkField.Encode(Mark.ClearOf(keys[0].Tenant));
        for (var i = 0; i < keys.Count; i++)
        {
            call.OwnKeys[2 * i] = physicalKeys.Entry(keys[i]);
            call.OwnKeys[(2 * i) + 1] = physicalKeys.Lease(keys[i]);
            call.Own[4 + (2 * i)] = Token(tokens[i]);
            call.Own[5 + (2 * i)] = rejectedId == 0 ? RedisValue.EmptyString : BitConverter.GetBytes(rejectedId);
        }

        var reply = await scripts.RunListAsync(Script.Lease, call).ConfigureAwait(false);
        var head = scripts.Heads.Of(reply[0]);
        var answers = new LeaseReply[keys.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = LeaseReplies.Read((byte[]?)reply[i + 1], head);
        return answers;
    }

    public async Task<bool> ExtendAsync(CacheKey key, ulong token)
    {
        var call = scripts.Call(keys: 1, arguments: 2);
        call.OwnKeys[0] = physicalKeys.Lease(key);
        (call.Own[0], call.Own[1]) = (Token(token), settings.LeaseMilliseconds);
        return (bool)await scripts.RunAsync(Script.Extend, call).ConfigureAwait(false);
    }

    public async Task ReleaseAsync(CacheKey key, ulong token)
    {
        var call = scripts.Call(keys: 1, arguments: 2);
        call.OwnKeys[0] = physicalKeys.Lease(key);
        (call.Own[0], call.Own[1]) = (Token(token), key.Index);
        await scripts.RunAsync(Script.Release, call).ConfigureAwait(false);
    }

    public async Task<bool[]> FillAsync(IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens)
    {
        var call = scripts.Call(2 * writes.Count, arguments: 4 * writes.Count);
        for (var i = 0; i < writes.Count; i++)
        {
            call.OwnKeys[2 * i] = physicalKeys.Entry(writes[i].Key);
            call.OwnKeys[(2 * i) + 1] = physicalKeys.Lease(writes[i].Key);
            call.Own[4 * i] = writes[i].Key.Index;
            call.Own[(4 * i) + 1] = Token(tokens[i]);
            call.Own[(4 * i) + 2] = RemoteLifetime.Milliseconds(writes[i].TimeToLive);
            call.Own[(4 * i) + 3] = writes[i].Envelope;
        }

        try
        {
            var stored = (byte[]?)await scripts.RunAsync(Script.Fill, call).ConfigureAwait(false) ?? [];
            return Array.ConvertAll(stored, static one => one == (byte)'1');
        }
        catch (RedisServerException exception) when (exception.IsFull())
        {
            for (var i = 0; i < writes.Count; i++) await ReleaseAsync(writes[i].Key, tokens[i]).ConfigureAwait(false);
            throw;
        }
    }

    private static RedisValue Token(ulong token) => token.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
