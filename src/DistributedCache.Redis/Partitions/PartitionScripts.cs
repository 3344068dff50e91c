using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Scripts;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>How one partition's scripts are called, and what their answers tell of it.</summary>
internal sealed class PartitionScripts(int number, PartitionNames names, RedisConnection connection, RedisTierSettings settings)
{
    // Versions come and go with deployments: a list that changed twice while a call was repeated is already rare.
    private const int MaximumAttempts = 8;

    public PartitionHeads Heads { get; } = new();

    private static ReadOnlySpan<byte> OtherVersions => "V "u8;

    public ScriptCall Call(Known known, int keys, int arguments) => new(names, number, settings.LogLength, Heads.Note(known), keys, arguments);

    public ScriptCall Call(int keys, int arguments) => Call(default, keys, arguments);

    /// <summary>A call that says what its caller had seen, though more is known by now.</summary>
    public ScriptCall CallAsOf(Known known, int keys, int arguments) =>
        new(names, number, settings.LogLength, known with { Source = Heads.Note(known).Source }, keys, arguments);

    /// <summary>Runs a script that wants the keys of every version in use, again where it names others than the caller knew.</summary>
    public async Task<RedisResult> RepeatAsync(Script script, Func<ScriptCall> make)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var reply = await RunAsync(script, make()).ConfigureAwait(false);
            if (!((byte[]?)reply).AsSpan().StartsWith(OtherVersions)) return reply;
            Heads.Versions.Adopt(Encoding.UTF8.GetString(((byte[])reply!).AsSpan(OtherVersions.Length)));
        }

        throw new RedisException($"The versions in use of partition {number} changed {MaximumAttempts} times during one call.");
    }

    /// <summary>Runs a script that answers a list.</summary>
    public async Task<RedisResult[]> RunListAsync(Script script, ScriptCall call) =>
        (RedisResult[]?)await RunAsync(script, call).ConfigureAwait(false) ?? throw new RedisException($"The script '{script.Name}' answered nothing.");

    /// <summary>Runs a script; one the server has not met yet is sent whole.</summary>
    public async Task<RedisResult> RunAsync(Script script, ScriptCall call)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var text = script.For(connection.Abilities);
        try
        {
            return await database.ScriptEvaluateAsync(text.Hash, call.Keys, call.Arguments, Masters.Only).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.IsUnknownScript())
        {
            // This server has not met it yet: sent whole, once.
            return await database.ScriptEvaluateAsync(text.Text, call.Keys, call.Arguments, Masters.Only).ConfigureAwait(false);
        }
    }
}
