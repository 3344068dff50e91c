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
    private readonly bool[] _isCatchingUp = new bool[World.Partitions];

    public SimulatedNode(World world, int number)
    {
        (_world, _number) = (world, number);
        Coherence = new CoherenceState(World.Partitions, World.MaxStaleness, number == 0 ? 1 : 3, this, world.Rules);
    }

    public CoherenceState Coherence { get; }

    private sealed record Local(int Version, StampSet Stamps, long Sequence, long Began);

    void ILocalDrops.DropBelow(string index, long sequence)
    {
        if (_local.TryGetValue(index, out var entry) && entry.Sequence < sequence) _local.Remove(index);
    }

    void ILocalDrops.ExpireBelow(string index, long sequence) => ((ILocalDrops)this).DropBelow(index, sequence);

    public void Hear(Invalidation message)
    {
        var partition = Coherence[message.Partition];
        partition.Apply(message);
        if (partition.HasHead && partition.IsMissing) BeginCatchUp(message.Partition);
    }

    public IEnumerable<Action> Beat(int number)
    {
        var (partition, known, sentAt, head) = (Coherence[number], Coherence[number].Known, _world.Now, default(Head?));
        if (!partition.HasHead)
        {
            Head first = default;
            yield return () => first = _world[number].Touch(known);
            partition.Register(new MarksReply(first, []), known, sentAt);
            yield break;
        }

        yield return () => head = _world[number].ReadHead();
        var progress = head is { } read ? partition.Verify(read, known, sentAt) : Progress.Lost;
        if (progress == Progress.Lost)
        {
            foreach (var step in Sync(number)) yield return step;
        }
        else if (progress is Progress.Behind or Progress.Foreign)
        {
            foreach (var step in CatchUp(number)) yield return step;
            partition.Verify(head!.Value, known, sentAt);
        }

        _world.Looked(number);
    }

    public IEnumerable<Action> Write(string key, bool sets)
    {
        var number = World.PartitionOf(key);
        var (partition, began) = (Coherence[number], _world.Now);

        // A Set that overlaps with something else may come after it: its value is the newest when it is stored.
        var version = sets ? 0 : _world.Change(key);
        var known = partition.Known;
        var seen = Coherence.Snapshot();
        var pending = new WrittenKey(key);
        partition.Register(pending);
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            Invalidation? message = null;
            Head head = default;
            if (sets) yield return () => (message, head, version) = _world[number].Set(key, Stamps(key, seen), known);
            else
            {
                known = partition.Known;
                yield return () => message = _world[number].Remove(key, known);
            }

            if (message is null)
            {
                known = new Known(head.Incarnation, head.Sequence);
                continue;
            }

            var isLost = new bool[1];
            foreach (var step in Acknowledge(message, isLost)) yield return step;
            if (isLost[0]) continue;
            _world.Acknowledged(_number, message, key, version);
            if (sets) Keep(key, pending, version, new StampSet("", number, message.Incarnation, seen[number].Generation, false, Stamps(key, seen), isOwn: true), message.Sequence, began);
            break;
        }

        partition.Unregister(pending);
    }

    public IEnumerable<Action> Invalidate(Mark mark, int number)
    {
        (string Key, int Version)[] changed = [.. World.Keys.Where(key => mark.IsClear ? World.PartitionOf(key) == number : World.MarksOf(key).Contains(mark)).Select(key => (key, _world.Change(key)))];
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            Invalidation? message = null;
            var known = Coherence[number].Known;
            yield return () => message = _world[number].Invalidate(mark, known);
            var isLost = new bool[1];
            foreach (var step in Acknowledge(message!, isLost)) yield return step;
            if (isLost[0]) continue;
            foreach (var (key, version) in changed) _world.Acknowledged(_number, message!, key, version);
            break;
        }
    }

    /// <summary>Reads a key; <paramref name="done"/> is told whether it had to be loaded.</summary>
    public IEnumerable<Action> Read(string key, Action<bool>? done = null)
    {
        var number = World.PartitionOf(key);
        var (partition, began, order) = (Coherence[number], _world.Now, _world.Order);
        if (Enumerable.Range(0, World.Partitions).Any(p => !Coherence[p].HasHead)) yield break;
        var pending = new WrittenKey(key);
        partition.Register(pending);
        if (_local.GetValueOrDefault(key) is { } local)
        {
            var verdict = Judge(local);
            if (NeedsAsking(verdict))
            {
                foreach (var step in Ask(local.Stamps)) yield return step;
                verdict = Judge(local);
            }

            if (verdict == Verdict.Valid && local.Sequence >= pending.Highest)
            {
                Serve(key, local.Version, began, order, "L1");
                partition.Unregister(pending);
                done?.Invoke(false);
                yield break;
            }
        }

        var seen = Coherence.Snapshot();
        SimulatedPartition.Entry? found = null;
        yield return () => found = _world[number].Get(key);
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            if (found is { } entry)
            {
                var stamps = new StampSet("", number, entry.Incarnation, pending.Generation, false, entry.Marks);
                var verdict = Coherence.Judge(stamps, entry.Sequence, _world.Now);
                if (NeedsAsking(verdict))
                {
                    foreach (var step in Ask(stamps)) yield return step;
                    verdict = Coherence.Judge(stamps, entry.Sequence, _world.Now);
                }

                if (verdict != Verdict.Invalid) Keep(key, pending, entry.Version, stamps, entry.Sequence, long.MinValue);
                if (verdict == Verdict.Valid)
                {
                    Serve(key, entry.Version, began, order, "L2");
                    partition.Unregister(pending);
                    done?.Invoke(false);
                    yield break;
                }
            }

            var (token, known) = (_world.NextId(), partition.Known);
            (Head Head, bool IsGranted, SimulatedPartition.Entry? Entry) lease = default;
            yield return () => lease = _world[number].Lease(key, token, found?.Id ?? 0, known);
            partition.See(lease.Head);
            if (lease.IsGranted)
            {
                var loading = _world.Now;
                var version = 0;
                yield return () => version = _world.Source(key);
                var loaded = new SimulatedPartition.Entry(version, _world.NextId(), lease.Head.Incarnation, lease.Head.Sequence, Stamps(key, seen));
                var isStored = false;
                yield return () => isStored = _world[number].Fill(key, token, loaded);
                if (isStored) Keep(key, pending, version, new StampSet("", number, loaded.Incarnation, seen[number].Generation, false, loaded.Marks, isOwn: true), loaded.Sequence, loading);
                done?.Invoke(true);
                break;
            }

            if (lease.Entry is null) break;
            found = lease.Entry;
        }

        partition.Unregister(pending);
    }

    public void BeginCatchUp(int number) => _world.Begin(_number, CatchUp(number));

    private IEnumerable<Action> CatchUp(int number)
    {
        if (_isCatchingUp[number]) yield break;
        _isCatchingUp[number] = true;
        var partition = Coherence[number];
        try
        {
            while (partition.IsMissing)
            {
                var (after, target) = partition.BeginCatchUp();
                IReadOnlyList<Invalidation> log = [];
                yield return () => log = _world[number].ReadLog(after);
                if (partition.CatchUp(log, target)) continue;
                var heads = new Head[1];
                foreach (var step in Touch(number, heads)) yield return step;
                partition.Adopt(heads[0]);
            }
        }
        finally
        {
            _isCatchingUp[number] = false;
        }
    }

    private IEnumerable<Action> Sync(int number)
    {
        var (partition, known, sentAt, heads) = (Coherence[number], Coherence[number].Known, _world.Now, new Head[1]);
        foreach (var step in Touch(number, heads)) yield return step;
        if (partition.Verify(heads[0], known, sentAt) is Progress.Current or Progress.Old) yield break;
        foreach (var step in CatchUp(number)) yield return step;
        partition.Verify(heads[0], known, sentAt);
    }

    private IEnumerable<Action> Touch(int number, Head[] head)
    {
        var (partition, known) = (Coherence[number], Coherence[number].Known);
        yield return () => head[0] = _world[number].Touch(known);
        if (!partition.IsLostIn(head[0], known)) yield break;
        yield return () => head[0] = _world[number].Renew(head[0].Incarnation, known);
        partition.Adopt(head[0]);
    }

    private IEnumerable<Action> Acknowledge(Invalidation message, bool[] isLost)
    {
        var partition = Coherence[message.Partition];
        switch (partition.ApplyOwn(message))
        {
            case Progress.Lost:
                foreach (var step in Sync(message.Partition)) yield return step;
                isLost[0] = partition.IsLost(message);
                break;
            case Progress.Foreign:
                BeginCatchUp(message.Partition);
                break;
        }
    }

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
            var (partition, known, sentAt, reply) = (Coherence[number], Coherence[number].Known, _world.Now, default(MarksReply));
            var baseline = partition.Baseline;
            yield return () => reply = _world[number].ReadMarks(marks);
            if (partition.Verify(reply.Head, known, sentAt) != Progress.Lost) partition.Learn(marks, reply, baseline);
            _world.Story?.Add($"node {_number} is told of {string.Join(',', reply.Sequences)} at {reply.Head.Sequence}, partition {number}");
        }
    }

    private Verdict Judge(Local local) => Coherence.Judge(local.Stamps, local.Sequence, _world.Now, local.Stamps.IsOwn ? local.Began : long.MinValue);

    private static bool NeedsAsking(Verdict verdict) => verdict is Verdict.Unknown or Verdict.Unverified;

    private void Serve(string key, int version, long began, long order, string tier) => _world.Served(_number, key, version, began, order, tier);

    private void Keep(string key, PendingKey pending, int version, StampSet stamps, long sequence, long began)
    {
        if (!Coherence[stamps.Partition].Admits(pending, sequence)) return;
        _world.Story?.Add($"node {_number} keeps version {version} of '{key}', stamps {stamps.Incarnation}:{sequence} {string.Join(' ', stamps.Marks.ToArray().Select(mark => $"{mark.Mark.Name}={mark.Incarnation}:{mark.Sequence}"))}");
        if (!_local.TryGetValue(key, out var present) || present.Sequence <= sequence) _local[key] = new Local(version, stamps, sequence, began);
    }

    private static Stamp[] Stamps(string key, SeenSnapshot seen) =>
        [.. World.MarksOf(key).Select(mark => new Stamp(mark, World.PartitionOf(mark), seen[World.PartitionOf(mark)].Incarnation, seen[World.PartitionOf(mark)].Seen))];
}
