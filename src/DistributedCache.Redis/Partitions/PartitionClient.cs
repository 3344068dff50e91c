using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Entries;
using DistributedCache.Keys;
using DistributedCache.Redis.Abilities;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Protocol;
using DistributedCache.Redis.Scripts;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>One partition in Redis: each member is one script, or one plain command.</summary>
internal sealed class PartitionClient(int number, PartitionNames names, PhysicalKeys physicalKeys, RedisConnection connection, RedisTierSettings settings)
{
    // Versions come and go with deployments: a list that changed twice while a call was repeated is already rare.
    private const int MaximumAttempts = 8;

    private static ReadOnlySpan<byte> OtherVersions => "V "u8;

    private static readonly TimeSpan MaximumLifetime = TieredCacheOptions.MaximumLifetime;

    private readonly RedisKey _hash = names.Hash(number);
    private readonly RedisKey _log = names.Log(number);
    private readonly PartitionHeads _heads = new();

    public async Task<MarksReply> RegisterAsync(IReadOnlyCollection<string> versions, int maximumMarks)
    {
        var call = Call(keys: 0, arguments: 1 + versions.Count);
        call.Own[0] = maximumMarks;
        var at = 1;
        foreach (var version in versions) call.Own[at++] = version;
        var reply = await RunAsync(Script.Register, call).ConfigureAwait(false);
        var announced = _heads.Versions.AdoptFloors((string?)reply[1] ?? "");
        var head = _heads.Of(reply[0], reply[4]);
        var fields = (RedisResult[]?)reply[3] ?? [];
        if ((long)reply[2] > settings.TagsPerPartition) await PruneAsync(head).ConfigureAwait(false);
        return new MarksReply(head, MarksIn(fields, head), IsComplete: fields.Length > 0, announced);
    }

    public async Task<Head?> ReadHeadAsync(IReadOnlyList<string> registered)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var fields = FieldsWith(registered, []);
        var head = _heads.In(await database.HashGetAsync(_hash, fields, Masters.Only).ConfigureAwait(false), registered);
        if (head is null or { Eras: not null }) return head;

        // All at once: of two reads either could be of another server.
        var values = await database.HashGetAsync(_hash, [.. fields, HeadText.Eras], Masters.Only).ConfigureAwait(false);
        return _heads.In(values, registered, values[^1]);
    }

    public async Task<MarksReply> ReadMarksAsync(IReadOnlyCollection<Mark> marks, IReadOnlyList<string> registered)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var values = await database.HashGetAsync(_hash, FieldsWith(registered, marks), Masters.Only).ConfigureAwait(false);
        var head = _heads.In(values, registered) ?? await TouchAsync(default).ConfigureAwait(false);
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
        var reply = await RunAsync(Script.Touch, Call(known, keys: 0, arguments: 0)).ConfigureAwait(false);
        return _heads.Of(reply[0], reply[1]);
    }

    /// <summary>Begins a new incarnation if this is still the present one, and registers in whichever there is then.</summary>
    public async Task<Head> RenewAsync(long incarnation, Known known, IReadOnlyCollection<string> versions)
    {
        var call = Call(known, keys: 0, arguments: 1);
        call.Own[0] = incarnation;
        await RunTextAsync(Script.Renew, call).ConfigureAwait(false);
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

    public async Task<Invalidation> InvalidateAsync(InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known)
    {
        string[] indexes = [.. keys.Select(static key => key.Index)];
        var message = NameList.Encode(indexes);
        var reply = await RepeatAsync(Script.Invalidate, () =>
        {
            var text = _heads.Versions.Text;
            var physical = new List<RedisKey>(keys.Count * 4);

            // A primary value that was set lacks its number alone.
            if (kind != InvalidationKind.Set)
            {
                foreach (var key in keys) physicalKeys.AddEveryVersion(key, _heads.Versions.List, physical);
            }

            var call = Call(known, physical.Count, arguments: 3);
            physical.CopyTo(call.OwnKeys);
            (call.Own[0], call.Own[1], call.Own[2]) = (text, Letter(kind), message);
            return call;
        }).ConfigureAwait(false);
        return Numbered(_heads.Of(reply), kind, indexes);
    }

    public async Task<Invalidation> InvalidateAsync(Mark mark, Known known)
    {
        var field = MarkField.Encode(mark);
        var call = Call(known, keys: 0, arguments: 2);
        (call.Own[0], call.Own[1]) = (field, NameList.Encode([field]));
        var reply = await RunTextAsync(Script.Mark, call).ConfigureAwait(false);
        return Numbered(_heads.Of(reply), InvalidationKind.Mark, [], mark);
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

    public async Task<LeaseReply[]> LeaseAsync(
        IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, ulong rejectedId, Known known, long utcNow)
    {
        var call = Call(known, 2 * keys.Count, arguments: 4 + (2 * keys.Count));
        (call.Own[0], call.Own[1], call.Own[2]) = (keys[0].Version, utcNow, settings.LeaseMilliseconds);
        call.Own[3] = MarkField.Encode(Mark.ClearOf(keys[0].Tenant));
        for (var i = 0; i < keys.Count; i++)
        {
            call.OwnKeys[2 * i] = physicalKeys.Entry(keys[i]);
            call.OwnKeys[(2 * i) + 1] = physicalKeys.Lease(keys[i]);
            call.Own[4 + (2 * i)] = Token(tokens[i]);
            call.Own[5 + (2 * i)] = rejectedId == 0 ? RedisValue.EmptyString : BitConverter.GetBytes(rejectedId);
        }

        var reply = await RunAsync(Script.Lease, call).ConfigureAwait(false);
        var head = _heads.Of(reply[0]);
        var answers = new LeaseReply[keys.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = LeaseReplies.Read((byte[]?)reply[i + 1], head);
        return answers;
    }

    public async Task<bool> ExtendAsync(CacheKey key, ulong token)
    {
        var call = Call(keys: 1, arguments: 2);
        call.OwnKeys[0] = physicalKeys.Lease(key);
        (call.Own[0], call.Own[1]) = (Token(token), settings.LeaseMilliseconds);
        return (bool)await RunTextAsync(Script.Extend, call).ConfigureAwait(false);
    }

    public async Task ReleaseAsync(CacheKey key, ulong token)
    {
        var call = Call(keys: 1, arguments: 2);
        call.OwnKeys[0] = physicalKeys.Lease(key);
        (call.Own[0], call.Own[1]) = (Token(token), key.Index);
        await RunTextAsync(Script.Release, call).ConfigureAwait(false);
    }

    public async Task<bool[]> FillAsync(IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens)
    {
        var call = Call(2 * writes.Count, arguments: 4 * writes.Count);
        for (var i = 0; i < writes.Count; i++)
        {
            call.OwnKeys[2 * i] = physicalKeys.Entry(writes[i].Key);
            call.OwnKeys[(2 * i) + 1] = physicalKeys.Lease(writes[i].Key);
            call.Own[4 * i] = writes[i].Key.Index;
            call.Own[(4 * i) + 1] = Token(tokens[i]);
            call.Own[(4 * i) + 2] = Milliseconds(writes[i].TimeToLive);
            call.Own[(4 * i) + 3] = writes[i].Envelope;
        }

        try
        {
            var stored = (byte[]?)await RunTextAsync(Script.Fill, call).ConfigureAwait(false) ?? [];
            return Array.ConvertAll(stored, static one => one == (byte)'1');
        }
        catch (RedisServerException exception) when (exception.IsFull())
        {
            for (var i = 0; i < writes.Count; i++) await ReleaseAsync(writes[i].Key, tokens[i]).ConfigureAwait(false);
            throw;
        }
    }

    public async Task<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known)
    {
        var call = Call(known, keys: 1, arguments: 4);
        call.OwnKeys[0] = physicalKeys.Entry(write.Key);
        (call.Own[0], call.Own[1]) = (NameList.Encode([write.Key.Index]), Milliseconds(write.TimeToLive));
        (call.Own[2], call.Own[3]) = (onlyIfAbsent ? "1" : "0", write.Envelope);
        RedisResult reply;
        try
        {
            reply = await RunTextAsync(Script.SetPrimary, call).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.IsOfMoving())
        {
            return new PrimaryReply(await SetPlainAsync(write, onlyIfAbsent).ConfigureAwait(false), null, IsNumberDue: true);
        }

        return (string?)reply switch
        {
            "NO" => new PrimaryReply(false, null),
            "PLAIN" => new PrimaryReply(true, null),
            _ => new PrimaryReply(true, Numbered(_heads.Of(reply), InvalidationKind.Set, [write.Key.Index])),
        };
    }

    /// <summary>A command on the one key, which its slot takes also while it is moved.</summary>
    private async Task<bool> SetPlainAsync(RemoteWrite write, bool onlyIfAbsent)
    {
        var database = await connection.GetAsync().ConfigureAwait(false);
        var key = physicalKeys.Entry(write.Key);
        if (!write.Envelope.IsEmpty)
            return await database.StringSetAsync(key, write.Envelope, TimeSpan.FromMilliseconds(Milliseconds(write.TimeToLive)), onlyIfAbsent ? When.NotExists : When.Always).ConfigureAwait(false);
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
        var reply = await RepeatAsync(Script.Set, () =>
        {
            var (text, versions) = (_heads.Versions.Text, _heads.Versions.List);
            var physical = new List<RedisKey>(writes.Count * 2 * Math.Max(1, versions.Count));
            foreach (var write in writes)
            {
                physical.Add(physicalKeys.Entry(write.Key));
                physicalKeys.AddEveryVersion(write.Key, versions, physical, leavesOutOwn: true);
            }

            // What its caller had seen, though more is known by now: later invalidations of the keys are to refuse it.
            var call = new ScriptCall(names, number, settings.LogLength, known with { Source = _heads.Note(known).Source }, physical.Count, 4 + (3 * writes.Count));
            physical.CopyTo(call.OwnKeys);
            (call.Own[0], call.Own[1]) = (text, writes[0].Key.Version);
            (call.Own[2], call.Own[3]) = (MarkField.Encode(Mark.ClearOf(writes[0].Key.Tenant)), message);
            for (var i = 0; i < writes.Count; i++)
            {
                var envelope = writes[i].Envelope;
                call.Own[4 + (3 * i)] = Milliseconds(writes[i].TimeToLive);
                call.Own[5 + (3 * i)] = envelope.IsEmpty ? RedisValue.EmptyString : envelope[..EnvelopeLayout.IncarnationOffset];
                call.Own[6 + (3 * i)] = envelope.IsEmpty ? RedisValue.EmptyString : envelope[EnvelopeLayout.FreshUntilOffset..];
            }

            return call;
        }).ConfigureAwait(false);
        var head = _heads.Of(reply, out var rest);
        int[] refused = [.. Encoding.ASCII.GetString(rest).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        string[] accepted = [.. writes.Where((_, i) => !refused.Contains(i)).Select(static write => write.Key.Index)];
        return new SetReply(accepted.Length == 0 ? null : Numbered(head, InvalidationKind.Set, accepted), head, refused);
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
            var call = Call(new Known(head.Incarnation, head.Sequence), keys: 0, arguments: 2 + batch.Length);
            (call.Own[0], call.Own[1]) = (head.Incarnation, cut);
            for (var i = 0; i < batch.Length; i++) call.Own[2 + i] = batch[i].Field;
            await RunTextAsync(Script.Prune, call).ConfigureAwait(false);
        }
    }

    private static RedisValue Token(ulong token) => token.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private static long Milliseconds(TimeSpan time) => Math.Clamp((long)time.TotalMilliseconds, 1, (long)MaximumLifetime.TotalMilliseconds * 2);

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

    private Invalidation Numbered(Head head, InvalidationKind kind, IReadOnlyList<string> indexes, Mark mark = default) =>
        new(number, head.Incarnation, head.Base, head.Sequence, kind, indexes, mark, Source: head.Source);

    private ScriptCall Call(Known known, int keys, int arguments) => new(names, number, settings.LogLength, _heads.Note(known), keys, arguments);

    private ScriptCall Call(int keys, int arguments) => Call(default, keys, arguments);

    /// <summary>Runs a script that wants the keys of every version in use, again where it names others than the caller knew.</summary>
    private async Task<RedisResult> RepeatAsync(Script script, Func<ScriptCall> make)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var reply = await RunTextAsync(script, make()).ConfigureAwait(false);
            if (!((byte[]?)reply).AsSpan().StartsWith(OtherVersions)) return reply;
            _heads.Versions.Adopt(Encoding.UTF8.GetString(((byte[])reply!).AsSpan(OtherVersions.Length)));
        }

        throw new RedisException($"The versions in use of partition {number} changed {MaximumAttempts} times during one call.");
    }

    private async Task<RedisResult[]> RunAsync(Script script, ScriptCall call) =>
        (RedisResult[]?)await RunTextAsync(script, call).ConfigureAwait(false) ?? throw new RedisException($"The script '{script.Name}' answered nothing.");

    private async Task<RedisResult> RunTextAsync(Script script, ScriptCall call)
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
