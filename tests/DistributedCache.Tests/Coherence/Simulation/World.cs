using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>A promise that was broken, and where.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>One thing that happens; what the numbers mean depends on its kind.</summary>
internal readonly record struct Step(int Kind, int A, int B);

/// <summary>Two or three nodes, two partitions, and everything that can go wrong between them, one step after another: the same steps always
/// have the same end.</summary>
internal sealed class World
{
    public const int Partitions = 2, MaxStaleness = 10;

    /// <summary>How many kinds of steps there are; most of the later ones carry on with what has begun.</summary>
    public const int Kinds = 64;

    private const int MaximumRunning = 8;

    // In partition 0 live both keys and the tag that both have; in partition 1 a tag of each.
    public static readonly string[] Keys = ["a", "b"];

    private static readonly Mark[] Tags = [Mark.Tag("", "0"), Mark.Tag("", "1"), Mark.Tag("", "2")];
    private static readonly Mark[][] MarksOfKeys = [[Tags[0], Tags[1]], [Tags[0], Tags[2]]];

    private readonly SimulatedPartition[] _partitions;
    private readonly SimulatedNode[] _nodes;
    private readonly List<Running> _running = [];
    private readonly List<(int Node, Invalidation Message)> _late = [];
    private readonly Dictionary<string, int> _source = Keys.ToDictionary(static key => key, static _ => 0);
    private readonly List<Promise> _promises = [];
    private readonly Doubt[] _doubts = [.. Enumerable.Range(0, Partitions).Select(static _ => new Doubt())];
    private readonly Random _random;
    private long _moments;
    private long _ids;
    private bool _isQuiet;

    /// <param name="seed">What chance decides by.</param>
    /// <param name="rules">The rules that are kept.</param>
    /// <param name="story">Where it is told what happens; null: nowhere.</param>
    public World(int seed, ProtocolRules rules = ProtocolRules.All, List<string>? story = null)
    {
        Story = story;
        Rules = rules;
        _random = new Random(seed);
        _partitions = [.. Enumerable.Range(0, Partitions).Select(number => new SimulatedPartition(number, this))];
        _nodes = [.. Enumerable.Range(0, 2 + (seed & 1)).Select(number => new SimulatedNode(this, number))];
        for (var i = 0; i < _nodes.Length; i++) BeatAll(i);
    }

    public ProtocolRules Rules { get; }

    public List<string>? Story { get; }

    public long Now { get; private set; }

    /// <summary>Counts steps: many happen in one moment.</summary>
    public long Order { get; private set; }

    public SimulatedPartition this[int partition] => _partitions[partition];

    public static int PartitionOf(string key) => 0;

    public static int PartitionOf(Mark mark) => mark == Tags[0] ? 0 : 1;

    public static Mark[] MarksOf(string key) => MarksOfKeys[key == "a" ? 0 : 1];

    public long NextMoment() => ++_moments * 1_000_000;

    public long NextId() => ++_ids;

    public bool Chance(int oneIn) => _isQuiet || _random.Next(oneIn) == 0;

    public int Source(string key) => _source[key];

    public int Change(string key) => ++_source[key];

    public void Do(Step step)
    {
        Order++;
        var (node, other) = (_nodes[step.A % _nodes.Length], step.B);
        switch (_running.Count < MaximumRunning || step.Kind > 6 ? step.Kind : Kinds)
        {
            case 0 or 1 or 2: Begin(step.A % _nodes.Length, node.Read(Keys[other % 2])); break;
            case 3: Begin(step.A % _nodes.Length, node.Write(Keys[other % 2], sets: false)); break;
            case 4: Begin(step.A % _nodes.Length, node.Write(Keys[other % 2], sets: true)); break;
            case 5: Begin(step.A % _nodes.Length, node.Invalidate(Tags[other % 3], PartitionOf(Tags[other % 3]))); break;
            case 6: Begin(step.A % _nodes.Length, node.Beat(other % Partitions)); break;
            case 7: Now += other % 6; break;
            case 8 when other % 4 == 0: _partitions[step.A % Partitions].EvictLog(); break;
            case 8 when other % 4 == 1: _partitions[step.A % Partitions].Prune(); break;
            case 9: Forget(step.A % Partitions, other % 4, isNewRun: other % 3 != 0); break;
            case 10 when other % 4 == 0: _partitions[step.A % Partitions].Evict(); break;
            case 11 when other % 4 == 0: Restart(step.A % _nodes.Length); break;
            case 12 when other % 4 == 0: Begin(step.A % _nodes.Length, node.Invalidate(Mark.Clear, 0)); break;
            case 13 when _running.Count > 0 && other % 8 == 0: Fail(_running[step.A % _running.Count]); break;
            case 14: Ask(step.A % _nodes.Length, other); break;
            case >= 15 and < 22: Deliver(step.A); break;
            default: Advance(step.A); break;
        }
    }

    /// <summary>Lets everything come to its end, with no more faults, and looks whether what must be seen is.</summary>
    public void ComeToRest()
    {
        _isQuiet = true;
        Drain();
        if (_random.Next(2) == 0) Forget(_random.Next(Partitions), _random.Next(3), isNewRun: _random.Next(4) != 0);
        for (var round = 0; round < 4; round++)
        {
            Drain();
            Now += MaxStaleness + 1;
            for (var i = 0; i < _nodes.Length; i++) BeatAll(i);
        }

        foreach (var key in Keys)
        {
            for (var i = 0; i < _nodes.Length; i++)
            {
                Run(_nodes[i].Read(key));
                bool? isLoaded = null;
                Run(_nodes[i].Read(key, loaded => isLoaded = loaded));
                if (isLoaded != false) throw new BrokenPromiseException($"Node {i} loads '{key}' for ever.");
            }
        }
    }

    public void Begin(int node, IEnumerable<Action> steps)
    {
        var running = new Running(node, steps.GetEnumerator());
        _running.Add(running);
        if (!running.Steps.MoveNext()) _running.Remove(running);
    }

    public void Publish(Invalidation message)
    {
        for (var i = 0; i < _nodes.Length; i++)
        {
            if (_isQuiet || _random.Next(4) != 0) _late.Add((i, message));
            if (!_isQuiet && _random.Next(8) == 0) _late.Add((i, message));
        }
    }

    /// <summary>A caller is told that what was written is done: from now on it must be seen.</summary>
    public void Acknowledged(int node, Invalidation message, string key, int version)
    {
        var promise = new Promise(node, message, key, version, Now, Order);
        Story?.Add($"{promise}");
        _promises.Add(promise);

        // One that another server never heard of: all bets are off until all have looked again.
        if (promise.IsLostIn(_partitions[message.Partition].Present)) _doubts[message.Partition].Begin(Now);
    }

    /// <summary>A value is served as fresh to who asked at that moment.</summary>
    public void Served(int node, string key, int version, long began, long order, string tier)
    {
        Story?.Add($"node {node} serves version {version} of '{key}' from {tier} at {Now}");
        foreach (var promise in _promises)
        {
            if (promise.Key != key || version >= promise.Version) continue;
            if (promise.Time >= began - MaxStaleness && !(promise.Node == node && promise.Order < order)) continue;
            if (!_doubts[promise.Message.Partition].IsOver(_nodes[node].Coherence[promise.Message.Partition].VerifiedAt)) continue;
            throw new BrokenPromiseException($"Node {node} serves version {version} of '{key}' from {tier} at {Now}, though {promise}.");
        }
    }

    /// <summary>A node says whether it has seen what another was told is done.</summary>
    private void Ask(int node, int which)
    {
        if (_promises.Count == 0) return;
        var promise = _promises[which % _promises.Count];
        var (partition, head) = (_nodes[node].Coherence[promise.Message.Partition], _partitions[promise.Message.Partition].Present);
        var part = new TokenPart(promise.Message.Partition, promise.Message.Incarnation, promise.Message.Base, promise.Message.Sequence);

        // Where it has followed the present server, it knows what that one forgot.
        if (part.Incarnation == partition.Incarnation && (partition.Incarnation, partition.Base) == (head.Incarnation, head.Base)
            && part.Base != head.Base && promise.IsLostIn(head) && partition.Reaches(part, isRead: false))
            throw new BrokenPromiseException($"Node {node} says that it has seen what is lost: {part}.");
    }

    /// <summary>A node has compared a head. Once all have, since something was forgotten, who knew of it has said so.</summary>
    public void Looked(int partition)
    {
        if (_doubts[partition].Looking && Array.TrueForAll(_nodes, node => node.Coherence[partition].VerifiedAt > _doubts[partition].Since)) _doubts[partition].End(Now);
    }

    private void Forget(int partition, int forgotten, bool isNewRun)
    {
        // An older copy under the same server gives its numbers out again: only who has them by then finds it out. Where nobody has, nobody
        // can, so that does not happen here.
        if (!isNewRun)
        {
            Drain();
            var present = _partitions[partition].Present;
            isNewRun = !Array.Exists(_nodes, node => node.Coherence[partition].Known is var known && known.Incarnation == present.Incarnation && known.Seen >= present.Sequence);
        }

        var head = _partitions[partition].Restore(forgotten, isNewRun);
        Story?.Add($"partition {partition}: {(isNewRun ? "another server takes over" : "an older copy is put back")}, {head.Incarnation}/{head.Base}/{head.Sequence}");
        _doubts[partition].Begin(Now);
        Void(partition, head);

        if (!isNewRun && head.Incarnation > 0) _partitions[partition].Touch(_nodes.Select(node => node.Coherence[partition].Known).MaxBy(static known => (known.Incarnation, known.Seen)));
    }

    /// <summary>A request's answer never comes.</summary>
    private void Fail(Running running)
    {
        _running.Remove(running);
        running.Steps.Dispose();
    }

    private void Restart(int node)
    {
        Story?.Add($"node {node} starts anew");
        _running.RemoveAll(running => running.Node == node);
        _late.RemoveAll(late => late.Node == node);
        _nodes[node] = new SimulatedNode(this, node);

        // His callers are gone as well.
        _promises.ForEach(promise => promise.IsOwn &= promise.Node != node);
        for (var partition = 0; partition < Partitions; partition++)
        {
            if (_doubts[partition].Looking) Void(partition, _partitions[partition].Present);
        }
    }

    /// <summary>What is forgotten by the tier and by every node nobody can answer for.</summary>
    private void Void(int partition, Head head)
    {
        if (Array.Exists(_nodes, node => Knows(node.Coherence[partition].Known))) return;
        _promises.RemoveAll(promise => promise.Message.Partition == partition && promise.IsLostIn(head));

        bool Knows(Known known) => known.Incarnation > head.Incarnation
            || (known.Incarnation == head.Incarnation && known.Numbers!.IsLostIn(head.Eras!, head.Sequence));
    }

    private void Drain()
    {
        while (_late.Count + _running.Count > 0)
        {
            if (_late.Count > 0) Deliver(0);
            else Finish(_running[0]);
        }
    }

    private void BeatAll(int node)
    {
        for (var partition = 0; partition < Partitions; partition++) Run(_nodes[node].Beat(partition));
    }

    private void Run(IEnumerable<Action> steps)
    {
        foreach (var step in steps) step();
        while (_isQuiet && _running.Count > 0) Finish(_running[0]);
    }

    private void Finish(Running running)
    {
        do
        {
            if (!running.IsDone) running.Steps.Current();
            running.IsDone = false;
        }
        while (running.Steps.MoveNext());
        _running.Remove(running);
    }

    private void Advance(int which)
    {
        if (_running.Count == 0) return;
        var running = _running[which % _running.Count];
        if (!running.IsDone)
        {
            running.Steps.Current();
            running.IsDone = true;
            return;
        }

        running.IsDone = false;
        if (!running.Steps.MoveNext()) _running.Remove(running);
    }

    private void Deliver(int which)
    {
        if (_late.Count == 0) return;
        var (node, message) = _late[which % _late.Count];
        _late.RemoveAt(which % _late.Count);
        Story?.Add($"node {node} hears {message.Kind} {message.Sequence} of {message.Incarnation}/{message.Base}, partition {message.Partition}");
        _nodes[node].Hear(message);
    }

    /// <summary>What a node is doing; <see cref="IsDone"/>: its request was carried out, and the answer is on its way.</summary>
    private sealed class Running(int node, IEnumerator<Action> steps)
    {
        public int Node => node;

        public IEnumerator<Action> Steps => steps;

        public bool IsDone { get; set; }
    }

    private sealed class Promise(int node, Invalidation message, string key, int version, long time, long order)
    {
        public int Node => IsOwn ? node : -1;

        public bool IsOwn { get; set; } = true;

        public Invalidation Message => message;

        public string Key => key;

        public int Version => version;

        public long Time => time;

        public long Order => order;

        /// <summary>Whether a partition has forgotten it. One that begins a new incarnation has forgotten what it invalidated too.</summary>
        public bool IsLostIn(Head head) => head.Incarnation > 0 && (message.Incarnation > head.Incarnation
            || (message.Incarnation == head.Incarnation && !(head.Eras!.EndOf(message.Base, head.Sequence) >= message.Sequence)));

        public override string ToString() =>
            $"node {node} was told at {time} that version {version} is to be seen ({message.Kind} {message.Sequence} of {message.Incarnation}/{message.Base} in partition {message.Partition})";
    }

    /// <summary>The time from when another server may have forgotten something until all nodes have looked.</summary>
    private sealed class Doubt
    {
        private long _over = long.MinValue;

        public long Since { get; private set; }

        public bool Looking { get; private set; }

        public void Begin(long now) => (Since, Looking) = (now, true);

        public void End(long now) => (_over, Looking) = (now, false);

        public bool IsOver(long verifiedAt) => !Looking && verifiedAt > _over;
    }
}
