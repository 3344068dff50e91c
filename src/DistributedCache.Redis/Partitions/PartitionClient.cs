using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Redis.Abilities;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Protocol;
using DistributedCache.Redis.Scripts;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>One partition in Redis: each member is one script, or one plain command. Here its head, marks and log.</summary>
internal sealed class PartitionClient(
    int number, PartitionNames names, PartitionScripts scripts, PhysicalKeys physicalKeys, RedisConnection connection, RedisTierSettings settings)
{
    private readonly RedisKey _hash = names.Hash(number);
    private readonly RedisKey _log = names.Log(number);

    public PartitionWrites Writes { get; } = new(number, physicalKeys, scripts, connection);

    public PartitionLeases Leases { get; } = new(physicalKeys, scripts, settings);

    public async Task<MarksReply> RegisterAsync(IReadOnlyCollection<string> versions, int maximumMarks)
    {
        var call = scripts.Call(keys: 0, arguments: 1 + versions.Count);
        call.Own[0] = maximumMarks;
        var at = 1;
        foreach (var version in versions) call.Own[at++] = version;
        var reply = await scripts.RunListAsync(Script.Register, call).ConfigureAwait(false);
        var head = scripts.Heads.Of(reply[0], reply[4], reply[1], out var announced);
        var fields = (RedisResult[]?)reply[3] ?? [];
        if ((long)reply[2] > settings.TagsPerPartition) await PruneAsync(head).ConfigureAwait(false);
        return new MarksReply(head, MarksIn(fields, head), IsComplete: fields.Length > 0, announced);
    }

    /// <summary>The fields that a head and the floors of these versions are read from.</summary>
    public static RedisValue[] HeadFields(IReadOnlyList<string> registered) => FieldsWith(registered, []);

    /// <param name="database">The servers.</param>
    /// <param name="fields">Those of <see cref="HeadFields"/>.</param>
    public Task<RedisValue[]> ReadFieldsAsync(IDatabase database, RedisValue[] fields) => database.HashGetAsync(_hash, fields, Masters.Only);

    /// <summary>The head in what <see cref="ReadFieldsAsync"/> answered, with its eras.</summary>
    public ValueTask<Head?> HeadInAsync(RedisValue[] values, IDatabase database, IReadOnlyList<string> registered)
    {
        var head = scripts.Heads.In(values, registered);
        return head is null or { Eras: not null } ? new(head) : new(ReadWithErasAsync(database, registered));
    }

    public async Task<MarksReply> ReadMarksAsync(IReadOnlyCollection<Mark> marks, IReadOnlyList<string> registered)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var values = await database.HashGetAsync(_hash, FieldsWith(registered, marks), Masters.Only).ConfigureAwait(false);
        var head = scripts.Heads.In(values, registered) ?? await TouchAsync(default).ConfigureAwait(false);
        var at = HeadText.Fields.Length + registered.Count;
        var sequences = new List<KeyValuePair<Mark, long>>(marks.Count);
        foreach (var mark in marks)
        {
            var absent = mark.Kind is MarkKind.Tag or MarkKind.Prefix ? head.Floor : 0;
            var value = values[at++];
            sequences.Add(KeyValuePair.Create(mark, value.IsNull ? absent : SequenceIn(value, head)));
        }

        return new MarksReply(head, sequences);
    }

    public async Task<Head> TouchAsync(Known known)
    {
        var reply = await scripts.RunListAsync(Script.Touch, scripts.Call(known, keys: 0, arguments: 0)).ConfigureAwait(false);
        return scripts.Heads.Of(reply[0], reply[1]);
    }

    /// <summary>Begins a new incarnation if this is still the present one, and registers in whichever there is then.</summary>
    public async Task<Head> RenewAsync(long incarnation, Known known, IReadOnlyCollection<string> versions)
    {
        var call = scripts.Call(known, keys: 0, arguments: 1);
        call.Own[0] = incarnation;
        await scripts.RunAsync(Script.Renew, call).ConfigureAwait(false);
        return (await RegisterAsync(versions, maximumMarks: 0).ConfigureAwait(false)).Head;
    }

    public async Task<IReadOnlyList<Invalidation>> ReadLogAsync(long after)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);

        // Without a log nothing can be put back: none of what was missed is in the answer.
        if ((connection.Abilities & ServerAbilities.Streams) == 0) return [];
        StreamEntry[] entries;
        try
        {
            entries = await database.StreamRangeAsync(_log, $"{after + 1}-0", "+", flags: Masters.Only).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.IsOfAnotherType())
        {
            // As one that was lost: the next message replaces it.
            return [];
        }

        var read = new List<Invalidation>(entries.Length);
        foreach (var entry in entries)
        {
            // What is not ours in the log leaves a gap, which drops the partition: closed, not open.
            if (Message.TryRead(number, (byte[]?)entry["m"] ?? [], out var invalidation, out _) && invalidation is not null) read.Add(invalidation);
        }

        return read;
    }

    /// <summary>All at once: of two reads either could be of another server.</summary>
    private async Task<Head?> ReadWithErasAsync(IDatabase database, IReadOnlyList<string> registered)
    {
        var values = await database.HashGetAsync(_hash, [.. HeadFields(registered), HeadText.Eras], Masters.Only).ConfigureAwait(false);
        return scripts.Heads.In(values, registered, values[^1]);
    }

    /// <summary>Forgets the older half of the tags and prefixes: the hash has more than it should keep.</summary>
    private async Task PruneAsync(Head head)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var fields = new List<(RedisValue Field, long Sequence)>();
        await foreach (var entry in database.HashScanAsync(_hash, pageSize: 1_000, flags: Masters.Only).ConfigureAwait(false))
        {
            if (MarkField.TryDecode(entry.Name.ToString(), out var mark) && mark.Kind is MarkKind.Tag or MarkKind.Prefix && entry.Value.TryParse(out long sequence))
                fields.Add((entry.Name, sequence));
        }

        if (fields.Count <= settings.TagsPerPartition) return;
        fields.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        var cut = fields[fields.Count / 2].Sequence;
        var older = fields.FindAll(field => field.Sequence <= cut);

        // The floor rises with the first batch: fields that are still there then are no more than superfluous.
        foreach (var batch in older.Chunk(4_096))
        {
            var call = scripts.Call(new Known(head.Incarnation, head.Sequence), keys: 0, arguments: 2 + batch.Length);
            (call.Own[0], call.Own[1]) = (head.Incarnation, cut);
            for (var i = 0; i < batch.Length; i++) call.Own[2 + i] = batch[i].Field;
            await scripts.RunAsync(Script.Prune, call).ConfigureAwait(false);
        }
    }

    private static List<KeyValuePair<Mark, long>> MarksIn(RedisResult[] fields, Head head)
    {
        var marks = new List<KeyValuePair<Mark, long>>();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if (MarkField.TryDecode((string?)fields[i] ?? "", out var mark)) marks.Add(KeyValuePair.Create(mark, SequenceIn((RedisValue)fields[i + 1], head)));
        }

        return marks;
    }

    /// <summary>A mark's number. What is none, or beyond the present, has taken the place of an unknown one: it counts as the present.</summary>
    private static long SequenceIn(RedisValue value, Head head) =>
        value.TryParse(out long sequence) && sequence >= 0 && sequence <= head.Sequence ? sequence : head.Sequence;

    private static RedisValue[] FieldsWith(IReadOnlyList<string> registered, IReadOnlyCollection<Mark> marks) =>
    [
        .. HeadText.Fields,
        .. registered.Select(static version => (RedisValue)FieldNames.Version(version)),
        .. marks.Select(static mark => (RedisValue)MarkField.Encode(mark)),
    ];
}
