using System.Buffers;
using DistributedCache.Coherence;
using DistributedCache.Entries;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Tests.Remote;

/// <summary>What becomes of a message.</summary>
internal enum Fate
{
    Delivered,
    Lost,
    Late,
    Repeated,
}

/// <summary>A tier in memory whose messages a test loses, delays and repeats, whose log is short, and that fails over and forgets.</summary>
internal sealed class LossyRemote(int partitions = 4, int logLength = 8, bool holdsValues = true) : IRemoteTier
{
    private readonly Lock _lock = new();
    private readonly Partition[] _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];
    private readonly List<IRemoteFollower> _followers = [];
    private readonly List<(IRemoteFollower Follower, Invalidation Message)> _late = [];
    private long _eras = 1_000_000;
    private readonly Partition?[] _replicas = new Partition?[partitions];
    private Head?[]? _frozen;
    private long _registrations;

    /// <summary>Decides of each message to each follower, who is told by its place in the order of following.</summary>
    public Func<int, Invalidation, Fate> Fates { get; set; } = static (_, _) => Fate.Delivered;

    /// <summary>Which steps fail.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    /// <summary>Which partitions do not answer a registration or a read of heads.</summary>
    public Func<int, bool> IsSilent { get; set; } = static _ => false;

    /// <summary>Whose leases and fills of many keys fail.</summary>
    public Func<int, bool> FailsAt { get; set; } = static _ => false;

    /// <summary>Whether a registration is answered with all marks.</summary>
    public bool SendsMarks { get; set; } = true;

    /// <summary>What a request waits for before it is carried out, by its step. Null: it is carried out at once.</summary>
    public Func<string, Task?> Delays { get; set; } = static _ => null;

    /// <summary>What an answer waits for, by its step, once the step is done. Null: it comes at once.</summary>
    public Func<string, Task?> Holds { get; set; } = static _ => null;

    /// <summary>Which of a tier's own rules hold.</summary>
    public TierRules Rules { get; set; } = TierRules.All;

    /// <summary>How often each step was taken.</summary>
    public Dictionary<string, int> Calls { get; } = [];

    public int Partitions => partitions;

    public bool HoldsValues => holdsValues;

    public bool IsShared => true;

    public bool IsLossless => false;

    /// <summary>Delivers what is late, in an order of the seed's.</summary>
    public void DeliverLate(int seed)
    {
        (IRemoteFollower, Invalidation)[] late;
        lock (_lock)
        {
            late = [.. _late];
            _late.Clear();
        }

        new Random(seed).Shuffle(late);
        foreach (var (follower, message) in late) follower.OnInvalidation(message);
    }

    /// <summary>Servers that were away answer again.</summary>
    public void Return()
    {
        foreach (var follower in _followers) follower.OnReturn();
    }

    /// <summary>Another master takes over: with all, or without the last of what was numbered and done.</summary>
    public void FailOver(int partition, int forgotten = 0)
    {
        lock (_lock)
        {
            var state = _partitions[partition];
            if (forgotten > 0 && state.History.Count >= forgotten)
            {
                state.Restore(state.History[^forgotten]);
            }

            state.IsNewRun = true;
        }
    }

    /// <summary>A copy of the partition is put back, from before the last of what was numbered and done; its server stays.</summary>
    public void PutBack(int partition, int forgotten)
    {
        lock (_lock)
        {
            var state = _partitions[partition];
            if (forgotten > 0 && state.History.Count >= forgotten) state.Restore(state.History[^forgotten]);
        }
    }

    /// <summary>Where a partition is, to be put back later.</summary>
    public object CopyOf(int partition)
    {
        lock (_lock) return _partitions[partition].Copy();
    }

    /// <summary>Puts a copy back; with <paramref name="isNewRun"/> on another server.</summary>
    public void PutBack(int partition, object copy, bool isNewRun)
    {
        lock (_lock)
        {
            _partitions[partition].Restore((Partition)copy);
            _partitions[partition].IsNewRun = isNewRun;
        }
    }

    /// <summary>The partition's replica has all that it has now, and nothing of what comes later.</summary>
    public void Replicate(int partition)
    {
        lock (_lock) _replicas[partition] = _partitions[partition].Copy();
    }

    /// <summary>Whoever reads heads is answered those of now from now on.</summary>
    public void FreezeHeads()
    {
        lock (_lock) _frozen = [.. Enumerable.Range(0, partitions).Select(i => (Head?)HeadOf(i))];
    }

    /// <summary>The partition's state is evicted; its entries stay behind.</summary>
    public void Evict(int partition)
    {
        lock (_lock) _partitions[partition].Incarnation = 0;
    }

    /// <summary>An entry is evicted.</summary>
    public void Forget(CacheKey key)
    {
        lock (_lock) _partitions[key.Partition].Entries.Remove((key.Version, key.Index));
    }

    /// <summary>The partition forgets all tags and prefixes that were invalidated up to now.</summary>
    public void Prune(int partition)
    {
        lock (_lock)
        {
            var state = _partitions[partition];
            foreach (var mark in state.Marks.Keys.Where(static mark => !mark.IsClear).ToList()) state.Marks.Remove(mark);
            if (Keeps(TierRules.PruningRaisesFloor)) state.Floor = state.Sequence;
        }
    }

    /// <summary>The partition forgets who reads it, as it does of a version that was not seen for a day.</summary>
    public void Unregister(int partition)
    {
        lock (_lock) _partitions[partition].Versions.Clear();
    }

    public ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken) => Do<IAsyncDisposable>("Follow", () =>
    {
        _followers.Add(follower);
        return new Following(this, follower);
    });

    public ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken) =>
        Do("Register", () => _partitions.Select((state, i) =>
        {
            if (IsSilent(i)) return (MarksReply?)null;
            Begin(i, default);
            foreach (var version in versions)
            {
                state.Versions.TryAdd(version, state.Sequence);
                state.Announced[version] = ++_registrations;
            }

            return new MarksReply(HeadOf(i), withMarks && SendsMarks ? [.. state.Marks] : [], withMarks && SendsMarks, new Dictionary<string, long>(state.Announced));
        }).ToArray());

    public ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken) => Do("ReadHeads", () =>
        _frozen ?? _partitions.Select((state, i) => state.Incarnation == 0 || IsSilent(i) ? (Head?)null : HeadOf(i)).ToArray());

    public ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken) => Do("Touch", () =>
    {
        if (IsSilent(partition)) throw new IOException("The partition does not answer.");
        Begin(partition, known);
        return HeadOf(partition);
    });

    public ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) => Do("BeginIncarnation", () =>
    {
        if (IsSilent(partition)) throw new IOException("The partition does not answer.");
        var state = _partitions[partition];
        if (state.Incarnation == incarnation)
        {
            string[] versions = [.. state.Versions.Keys];
            state.Incarnation = 0;
            Begin(partition, known);
            foreach (var version in versions) state.Versions.TryAdd(version, 0);
        }

        return HeadOf(partition);
    });

    public ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        Do<IReadOnlyList<Invalidation>>("ReadLog", () => [.. _partitions[partition].Log.Where(m => m.Sequence > after)]);

    public ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) => Do("ReadMarks", () =>
    {
        if (IsSilent(partition)) throw new IOException("The partition does not answer.");
        Begin(partition, default);
        return new MarksReply(HeadOf(partition), [.. _partitions[partition].Marks.Where(m => marks.Contains(m.Key))]);
    });

    public ValueTask<Invalidation> InvalidateAsync(
        int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) => Do("Invalidate", () =>
    {
        var state = Begin(partition, known);
        var places = Keeps(TierRules.EveryVersion)
            ? keys.SelectMany(key => state.Versions.Keys.Select(version => (version, key.Index)))
            : keys.Select(static key => (key.Version, key.Index));
        foreach (var place in places)
        {
            if (kind != InvalidationKind.Expire || Keeps(TierRules.ExpiryEndsLeases)) state.Leases.Remove(place);
            if (kind == InvalidationKind.Expire && state.Entries.TryGetValue(place, out var entry)) EnvelopeHeader.TryMarkStale(entry);
            else state.Entries.Remove(place);
        }

        return Number(partition, kind, [.. keys.Select(static key => key.Index)]);
    });

    public ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) => Do("Invalidate", () =>
    {
        var state = Begin(partition, known);
        state.Marks[mark] = state.Sequence + 1;
        return Number(partition, InvalidationKind.Mark, [], mark);
    });

    public ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) => Do("Set", () =>
    {
        var state = Begin(partition, known);
        if ((known.Incarnation != state.Incarnation || known.Seen != state.Sequence) && Keeps(TierRules.SetsAreFenced))
            return new SetReply(null, HeadOf(partition), [.. Enumerable.Range(0, writes.Count)]);
        foreach (var write in writes)
        {
            foreach (var version in state.Versions.Keys)
            {
                state.Entries.Remove((version, write.Key.Index));
                state.Leases.Remove((version, write.Key.Index));
            }

            state.Versions.TryAdd(write.Key.Version, state.Sequence);
            var envelope = write.Envelope.ToArray();
            EnvelopeHeader.TryStamp(envelope, state.Incarnation, state.Sequence + 1);
            if (holdsValues) state.Entries[(write.Key.Version, write.Key.Index)] = envelope;
        }

        return new SetReply(Number(partition, InvalidationKind.Set, [.. writes.Select(static w => w.Key.Index)]), HeadOf(partition), []);
    });

    public ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken) =>
        Fails("Get") && _replicas[key.Partition] is { } replica && !Keeps(TierRules.MastersAlone)
            ? ValueTask.FromResult(Find(replica, key))
            : Do("Get", () => Find(key));

    public ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) =>
        Do("GetMany", () => keys.Select(Find).ToArray());

    public ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) =>
        Do("Lease", () => Lease(key, token, rejectedId, known));

    public ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        Do("LeaseMany", () => FailsAt(partition) ? throw new IOException("The partition fails.") : keys.Zip(tokens, (key, token) => Lease(key, token, 0, known)).ToArray());

    public ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        Do("Extend", () => _partitions[key.Partition].Leases.GetValueOrDefault((key.Version, key.Index)) == token);

    public ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken)
    {
        var released = Do("Release", () => EndLease(key, token));
        return released.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(released.AsTask());
    }

    public ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) => Do("Fill", () => Fill(write, token));

    public ValueTask<bool[]> FillManyAsync(int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        Do("FillMany", () => FailsAt(partition) ? throw new IOException("The partition fails.") : writes.Zip(tokens, Fill).ToArray());

    public ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) => Do("SetPrimary", () =>
    {
        var state = Begin(write.Key.Partition, known);
        var place = (write.Key.Version, write.Key.Index);
        if (onlyIfAbsent && state.Entries.ContainsKey(place)) return new PrimaryReply(false, null);
        state.Entries[place] = write.Envelope.ToArray();
        return new PrimaryReply(true, Number(write.Key.Partition, InvalidationKind.Set, [write.Key.Index]));
    });

    public ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private bool Keeps(TierRules rule) => (Rules & rule) != 0;

    private ValueTask<T> Do<T>(string step, Func<T> action) => Delays(step) is { } delay ? new ValueTask<T>(DoAfterAsync(delay, step, action)) : DoNow(step, action);

    private async Task<T> DoAfterAsync<T>(Task delay, string step, Func<T> action)
    {
        await delay;
        return await DoNow(step, action);
    }

    private ValueTask<T> DoNow<T>(string step, Func<T> action)
    {
        try
        {
            T answer;
            Task? held;
            lock (_lock)
            {
                Calls[step] = Calls.GetValueOrDefault(step) + 1;
                answer = Fails(step) ? throw new IOException($"{step} fails.") : action();
                held = Holds(step);
            }

            return held is null ? ValueTask.FromResult(answer) : new ValueTask<T>(AfterAsync(held, answer));
        }
        catch (IOException exception)
        {
            return ValueTask.FromException<T>(exception);
        }
    }

    private static async Task<T> AfterAsync<T>(Task held, T answer)
    {
        await held;
        return answer;
    }

    /// <summary>Begins an incarnation or an era where one is due.</summary>
    private Partition Begin(int partition, Known known)
    {
        var state = _partitions[partition];
        state.Source = Math.Max(state.Source, known.Source);
        if (state.Incarnation == 0)
        {
            state.Incarnation = Math.Max(++_eras, known.Incarnation + 1);
            (state.Base, state.Sequence, state.Floor, state.Eras, state.IsNewRun) = (0, 0, 0, EraHistory.First, false);
            if (Keeps(TierRules.LogEndsWithItsHash)) state.Log.Clear();
            state.Marks.Clear();
            state.Versions.Clear();
            state.History.Clear();
        }
        else if (state.IsNewRun || (known.Incarnation == state.Incarnation && known.Seen > state.Sequence))
        {
            var from = state.Sequence;
            state.IsNewRun = false;
            if (!Keeps(TierRules.NewRunBeginsEra)) return state;
            var highest = Math.Max(state.Sequence, known.Incarnation == state.Incarnation ? known.Seen : 0);
            state.Base = state.Sequence = Keeps(TierRules.ErasAreApart) ? Math.Max(highest, _eras += 1_000) + 1 : highest + 100;
            state.Eras = state.Eras.Add(new Era(from, state.Base));
            Send(state, new Invalidation(partition, state.Incarnation, state.Base, state.Sequence, InvalidationKind.Jump, [], default, from));
        }

        return state;
    }

    private Invalidation Number(int partition, InvalidationKind kind, IReadOnlyList<string> indexes, Mark mark = default)
    {
        var state = _partitions[partition];
        var message = new Invalidation(partition, state.Incarnation, state.Base, ++state.Sequence, kind, indexes, mark, Source: state.Source);
        Send(state, message);
        return message;
    }

    private void Send(Partition state, Invalidation message)
    {
        // As a stream does.
        if (state.Log.Count > 0 && state.Log[^1].Sequence >= message.Sequence) throw new IOException("The log does not begin anew.");
        state.Log.Add(message);
        while (state.Log.Count > logLength) state.Log.RemoveAt(0);
        for (var i = 0; i < _followers.Count; i++)
        {
            var fate = Fates(i, message);
            if (fate is Fate.Delivered or Fate.Repeated) _followers[i].OnInvalidation(message);
            if (fate is Fate.Late or Fate.Repeated) _late.Add((_followers[i], message));
        }

        state.History.Add(state.Copy());
        if (state.History.Count > 8) state.History.RemoveAt(0);
    }

    private Head HeadOf(int partition)
    {
        var state = _partitions[partition];
        return new Head(state.Incarnation, state.Base, state.Sequence, state.Floor, new Dictionary<string, long>(state.Versions)) { Eras = state.Eras, Source = state.Source };
    }

    private RemoteValue? Find(CacheKey key) => Find(_partitions[key.Partition], key);

    private static RemoteValue? Find(Partition state, CacheKey key) =>
        state.Entries.TryGetValue((key.Version, key.Index), out var entry) ? Copy(entry) : null;

    private LeaseReply Lease(CacheKey key, ulong token, ulong rejectedId, Known known)
    {
        var state = Begin(key.Partition, known);
        var place = (key.Version, key.Index);
        state.Versions.TryAdd(key.Version, state.Sequence);
        if (state.Entries.TryGetValue(place, out var entry) && EnvelopeHeader.TryRead(entry, out var header, out _)
            && (header.EntryId != rejectedId || !Keeps(TierRules.RejectedIsNotAnswered)) && header.Incarnation == state.Incarnation && !header.Flags.HasFlag(EnvelopeFlags.StaleMarked))
            return new LeaseReply(HeadOf(key.Partition), false, Copy(entry), default);
        if (state.Leases.TryGetValue(place, out var holder) && holder != token)
            return new LeaseReply(HeadOf(key.Partition), false, null, TimeSpan.FromSeconds(10));
        state.Leases[place] = token;
        return new LeaseReply(HeadOf(key.Partition), true, null, default);
    }

    private bool Fill(RemoteWrite write, ulong token)
    {
        if (!EndLease(write.Key, token) && Keeps(TierRules.FillsUnderLease)) return false;
        _partitions[write.Key.Partition].Entries[(write.Key.Version, write.Key.Index)] = write.Envelope.ToArray();
        return true;
    }

    private bool EndLease(CacheKey key, ulong token)
    {
        var (leases, place) = (_partitions[key.Partition].Leases, (key.Version, key.Index));
        if (!leases.TryGetValue(place, out var holder) || holder != token) return false;
        leases.Remove(place);
        foreach (var follower in _followers) follower.OnWake(key.Partition, [key.Index]);
        return true;
    }

    private static RemoteValue Copy(byte[] entry) => new(new ReadOnlySequence<byte>([.. entry]), null);

    private sealed class Partition
    {
        public long Incarnation { get; set; }

        public long Base { get; set; }

        public long Sequence { get; set; }

        public long Floor { get; set; }

        public long Source { get; set; }

        public EraHistory Eras { get; set; } = EraHistory.First;

        public bool IsNewRun { get; set; }

        public List<Invalidation> Log { get; private init; } = [];

        public Dictionary<Mark, long> Marks { get; private init; } = [];

        public Dictionary<string, long> Versions { get; private init; } = [];

        /// <summary>For each version the last registration that had it.</summary>
        public Dictionary<string, long> Announced { get; } = [];

        public Dictionary<(string Version, string Index), byte[]> Entries { get; private init; } = [];

        public Dictionary<(string Version, string Index), ulong> Leases { get; } = [];

        /// <summary>What replicas may be behind at.</summary>
        public List<Partition> History { get; } = [];

        public Partition Copy() => new()
        {
            Incarnation = Incarnation,
            Base = Base,
            Sequence = Sequence,
            Floor = Floor,
            Source = Source,
            Eras = Eras,
            Log = [.. Log],
            Marks = new(Marks),
            Versions = new(Versions),
            Entries = new(Entries),
        };

        public void Restore(Partition earlier)
        {
            (Incarnation, Base, Sequence, Floor, Source, Eras) =
                (earlier.Incarnation, earlier.Base, earlier.Sequence, earlier.Floor, earlier.Source, earlier.Eras);
            Log.Clear();
            Log.AddRange(earlier.Log);
            Refill(Marks, earlier.Marks);
            Refill(Versions, earlier.Versions);
            Refill(Entries, earlier.Entries);
            Leases.Clear();
            History.Clear();
        }

        private static void Refill<TKey, TValue>(Dictionary<TKey, TValue> target, Dictionary<TKey, TValue> source)
            where TKey : notnull
        {
            target.Clear();
            foreach (var (key, value) in source) target[key] = value;
        }
    }

    private sealed class Following(LossyRemote remote, IRemoteFollower follower) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (remote._lock) remote._followers.Remove(follower);
            return ValueTask.CompletedTask;
        }
    }
}
