using DistributedCache.Coherence;
using DistributedCache.Pipeline;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>One node: the library's own state, and what the library does with it, one request to the tier at a time.</summary>
/// <remarks>What it does are sequences of requests: each is carried out at the tier in one step, and its answer taken in another. Between
/// them anything may happen.</remarks>
internal sealed class SimulatedNode : ILocalDrops
{
    private const int MaximumAttempts = 3;

    private readonly World _world;
    private readonly int _number;
    private readonly Dictionary<string, Local> _local = [];

    public SimulatedNode(World world, int number)
    {
        (_world, _number) = (world, number);
        Coherence = new CoherenceState(World.Partitions, World.MaxStaleness, number == 0 ? 1 : 3, this, world.Rules);
        Following = new SimulatedFollowing(world, number, Coherence);
        Writer = new SimulatedWriter(world, number, this);
    }

    public CoherenceState Coherence { get; }

    public SimulatedFollowing Following { get; }

    public SimulatedWriter Writer { get; }

    void ILocalDrops.DropBelow(string index, long sequence)
    {
        if (_local.TryGetValue(index, out var entry) && entry.Sequence < sequence) _local.Remove(index);
    }

    void ILocalDrops.ExpireBelow(string index, long sequence)
    {
        if (_local.TryGetValue(index, out var entry) && entry.Sequence < sequence) Lapse(index);
    }

    /// <summary>An entry's lifetime is over: it stays, to stand in for a load that fails.</summary>
    public void Lapse(string key)
    {
        if (_local.TryGetValue(key, out var entry)) _local[key] = entry with { IsStale = true };
    }

    /// <summary>Reads a key; <paramref name="done"/> is told whether it had to be loaded.</summary>
    public IEnumerable<Action> Read(string key, Action<bool>? done = null)
    {
        var number = World.PartitionOf(key);
        var (partition, asked) = (Coherence[number], new Asked(_number, key, _world.Now, _world.Order));
        if (Enumerable.Range(0, World.Partitions).Any(p => !Coherence[p].HasHead)) yield break;
        var pending = new WrittenKey(key);
        partition.Register(pending);
        var fallback = _local.GetValueOrDefault(key);
        if (fallback is { } local)
        {
            var verdict = Judge(local);
            if (NeedsAsking(verdict))
            {
                foreach (var step in Ask(local.Stamps)) yield return step;
                verdict = Judge(local);
            }

            if (verdict == Verdict.Valid && !local.IsStale && local.Sequence >= pending.Highest)
            {
                _world.Promises.Served(asked, local.Version, "L1", IsKnownTo(local));
                partition.Unregister(pending);
                done?.Invoke(false);
                yield break;
            }
        }

        var seen = Coherence.Snapshot();
        var isAnswered = !Coherence.IsHeld(key, Own(key, seen));
        SimulatedPartition.Entry? found = null;
        if (isAnswered) yield return () => isAnswered = _world.Send(number, tier => found = tier.Get(key));
        var token = _world.NextId();
        Head? lease = null;
        for (var attempt = 0; isAnswered && lease is null && attempt < MaximumAttempts; attempt++)
        {
            if (found is { } entry)
            {
                var stamps = new StampSet(new StampOrigin("", number, entry.Incarnation, pending.Generation), entry.Marks);
                var verdict = Coherence.Judge(stamps, entry.Sequence, _world.Now);
                if (NeedsAsking(verdict))
                {
                    foreach (var step in Ask(stamps)) yield return step;
                    verdict = Coherence.Judge(stamps, entry.Sequence, _world.Now);
                }

                if (verdict != Verdict.Invalid)
                {
                    Keep(key, pending, entry.Version, stamps, entry.Sequence, long.MinValue, isStale: entry.IsStale);
                    fallback = new Local(entry.Version, stamps, entry.Sequence, long.MinValue, entry.IsStale, false);
                }

                if (verdict == Verdict.Valid && !entry.IsStale)
                {
                    _world.Promises.Served(asked, entry.Version, "L2", isBounded: true);
                    partition.Unregister(pending);
                    done?.Invoke(false);
                    yield break;
                }
            }

            var known = partition.Known;
            (Head Head, bool IsGranted, SimulatedPartition.Entry? Entry) reply = default;
            yield return () => isAnswered = _world.Send(number, tier => reply = tier.Lease(key, token, found?.Id ?? 0, known));
            if (!isAnswered) break;
            partition.See(reply.Head);
            if (reply.IsGranted) lease = reply.Head;
            else if (reply.Entry is null) break;
            found = reply.Entry;
        }

        // Whoever has the lease may bring it; who can't ask for one loads all the same.
        if (isAnswered && lease is null) StandIn(asked, fallback, pending);
        else
        {
            foreach (var step in Load(asked, fallback, pending, lease, token)) yield return step;
            done?.Invoke(true);
        }

        partition.Unregister(pending);
    }

    /// <summary>Keeps what a read, a load or a Set brought, if nothing happened to it on its way.</summary>
    public void Keep(string key, PendingKey pending, int version, StampSet stamps, long sequence, long began, bool isStale = false, bool isBehind = false)
    {
        if (!Coherence[stamps.Partition].Admits(pending, sequence)) return;
        _world.Story?.Add($"node {_number} keeps version {version} of '{key}', stamps {stamps.Incarnation}:{sequence} {string.Join(' ', stamps.Marks.ToArray().Select(mark => $"{mark.Mark.Name}={mark.Incarnation}:{mark.Sequence}"))}");
        if (!_local.TryGetValue(key, out var present) || present.Sequence <= sequence) _local[key] = new Local(version, stamps, sequence, began, isStale, isBehind);
    }

    public static Stamp[] Stamps(string key, SeenSnapshot seen) =>
        [.. World.MarksOf(key).Select(mark => new Stamp(mark, World.PartitionOf(mark), seen[World.PartitionOf(mark)].Incarnation, seen[World.PartitionOf(mark)].Seen))];

    /// <summary>Runs the factory, and sends what it brings where it holds a lease.</summary>
    private IEnumerable<Action> Load(Asked asked, Local? fallback, PendingKey pending, Head? lease, long token)
    {
        var (key, number, loading) = (asked.Key, World.PartitionOf(asked.Key), _world.Now);
        var seen = Coherence.Snapshot();
        var minimum = Coherence.Version.Source.Version;
        SimulatedSource.Reading? read = null;
        yield return () => read = _world.Fails(16) ? null : _world.Source.Read(key, minimum);
        if (read is not { } row)
        {
            StandIn(asked, fallback, pending);
            yield break;
        }

        var (stamps, sequence, isKept) = (Own(key, seen, lease), lease?.Sequence ?? seen[number].Seen, true);
        if (lease is not null && !Coherence.IsHeld(key, stamps))
        {
            var loaded = new SimulatedPartition.Entry(row.Version, _world.NextId(), stamps.Incarnation, sequence, Stamps(key, seen));
            var isStored = false;
            yield return () => isKept = !_world.Send(number, tier => isStored = tier.Fill(key, token, loaded)) || isStored;
        }

        if (isKept) Keep(key, pending, row.Version, stamps, sequence, loading, isBehind: row.IsBehind);
    }

    /// <summary>Serves what is stale where nothing fresh is to be had, unless that was invalidated.</summary>
    private void StandIn(Asked asked, Local? entry, PendingKey pending)
    {
        if (entry is null) return;
        var verdict = Judge(entry);
        if (Coherence.Holds(ProtocolRules.FallbacksJudged) && (entry.Sequence < pending.Removed || verdict is Verdict.Invalid or Verdict.Unknown)) return;
        _world.Promises.StoodIn(asked, entry.Version, isBounded: verdict == Verdict.Valid && IsKnownTo(entry));
    }

    /// <summary>Asks for all marks of an entry, of the partitions that answer.</summary>
    private IEnumerable<Action> Ask(StampSet stamps)
    {
        var asked = new Dictionary<int, HashSet<Mark>> { [stamps.Partition] = [Mark.Clear] };
        foreach (var stamp in stamps.Marks)
        {
            if (!asked.TryGetValue(stamp.Partition, out var marks)) asked[stamp.Partition] = marks = [];
            marks.Add(stamp.Mark);
        }

        foreach (var (number, marks) in asked)
        {
            var (partition, known, sentAt, reply, isAnswered) = (Coherence[number], Coherence[number].Known, _world.Now, default(MarksReply), false);
            var baseline = partition.Baseline;
            yield return () => isAnswered = _world.Send(number, tier => reply = tier.ReadMarks(marks));
            if (!isAnswered) continue;
            if (partition.Verify(reply.Head, known, sentAt) != Progress.Lost) partition.Learn(marks, reply, baseline);
            _world.Story?.Add($"node {_number} is told of {string.Join(',', reply.Sequences)} at {reply.Head.Sequence}, partition {number}");
        }
    }

    private Verdict Judge(Local local) => Coherence.Judge(local.Stamps, local.Sequence, _world.Now, local.Stamps.IsOwn ? local.Began : long.MinValue);

    /// <summary>Whether the bound holds for an entry. For one that a node which heard nothing has read from a replica nobody can say.</summary>
    private bool IsKnownTo(Local local) => !local.IsBehind || Coherence.Judge(local.Stamps, local.Sequence, _world.Now) == Verdict.Valid;

    private static bool NeedsAsking(Verdict verdict) => verdict is Verdict.Unknown or Verdict.Unverified;

    private static StampSet Own(string key, SeenSnapshot seen, Head? lease = null)
    {
        var (number, present) = (World.PartitionOf(key), seen[World.PartitionOf(key)]);
        return new StampSet(new StampOrigin("", number, lease?.Incarnation ?? present.Incarnation, present.Generation, IsOwn: true, Hold: seen.Hold), Stamps(key, seen));
    }

    /// <summary>What a node has in memory.</summary>
    private sealed record Local(int Version, StampSet Stamps, long Sequence, long Began, bool IsStale, bool IsBehind);
}

/// <summary>A read: whose, of what, and when it was begun.</summary>
internal readonly record struct Asked(int Node, string Key, long Began, long Order);
