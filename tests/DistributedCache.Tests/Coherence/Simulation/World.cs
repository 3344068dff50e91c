using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

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

    // In partition 0 live both keys and a tag of the first, which so has two; in partition 1 a tag of each.
    public static readonly string[] Keys = ["a", "b"];

    private static readonly Mark[] Tags = [Mark.Tag("", "0"), Mark.Tag("", "1"), Mark.Tag("", "2")];
    private static readonly Mark[][] MarksOfKeys = [[Tags[0], Tags[1]], [Tags[2]]];

    private readonly SimulatedPartition[] _partitions;
    private readonly SimulatedNode[] _nodes;
    private readonly bool[] _isAway = new bool[Partitions];
    private readonly List<Running> _running = [];
    private readonly List<(int Node, Invalidation Message)> _late = [];
    private readonly Random _random;
    private long _moments;
    private long _ids;
    private bool _isQuiet;
    private bool _isUnanswered;

    /// <param name="seed">What chance decides by.</param>
    /// <param name="rules">The rules that are kept.</param>
    /// <param name="story">Where it is told what happens; null: nowhere.</param>
    public World(int seed, ProtocolRules rules = ProtocolRules.All, List<string>? story = null)
    {
        Story = story;
        Rules = rules;
        _random = new Random(seed);
        Promises = new Promises(this);
        _partitions = [.. Enumerable.Range(0, Partitions).Select(number => new SimulatedPartition(number, this))];
        _nodes = [.. Enumerable.Range(0, 2 + (seed & 1)).Select(number => new SimulatedNode(this, number))];
        for (var i = 0; i < _nodes.Length; i++) BeatAll(i);
    }

    public ProtocolRules Rules { get; }

    public List<string>? Story { get; }

    public long Now { get; private set; }

    /// <summary>Counts steps: many happen in one moment.</summary>
    public long Order { get; private set; }

    public Promises Promises { get; }

    public SimulatedSource Source { get; } = new(Keys);

    public SimulatedNode[] Nodes => _nodes;

    /// <summary>A partition that is asked something. Where it is away, who asks is never answered.</summary>
    public SimulatedPartition this[int partition]
    {
        get
        {
            _isUnanswered |= _isAway[partition];
            return _partitions[partition];
        }
    }

    public static int PartitionOf(string key) => 0;

    public static int PartitionOf(Mark mark) => mark == Tags[0] ? 0 : 1;

    public static Mark[] MarksOf(string key) => MarksOfKeys[key == "a" ? 0 : 1];

    public long NextMoment() => ++_moments * 1_000_000;

    public long NextId() => ++_ids;

    public bool Chance(int oneIn) => _isQuiet || _random.Next(oneIn) == 0;

    public bool Fails(int oneIn) => !_isQuiet && _random.Next(oneIn) == 0;

    public Head Present(int partition) => _partitions[partition].Present;

    public long FirstSource(int partition) => _partitions[partition].FirstSource;

    /// <summary>Sends a request; false where no answer comes, as from a partition that is away. It may be carried out nevertheless.</summary>
    public bool Send(int partition, Action<SimulatedPartition> request)
    {
        if (!_isAway[partition] || Fails(4)) request(_partitions[partition]);
        return !_isAway[partition];
    }

    public void Do(Step step)
    {
        Order++;
        var (node, other) = (_nodes[step.A % _nodes.Length], step.B);
        switch (_running.Count < MaximumRunning || step.Kind > 6 ? step.Kind : Kinds)
        {
            case 0 or 1 or 2: Begin(step.A % _nodes.Length, node.Read(Keys[other % 2])); break;
            case 3: Begin(step.A % _nodes.Length, node.Writer.Write(Keys[other % 2], other / 2 % 4 == 0 ? InvalidationKind.Expire : InvalidationKind.Remove)); break;
            case 4: Begin(step.A % _nodes.Length, node.Writer.Write(Keys[other % 2], InvalidationKind.Set)); break;
            case 5: Begin(step.A % _nodes.Length, node.Writer.Invalidate(Tags[other % 3], PartitionOf(Tags[other % 3]))); break;
            case 6: Begin(step.A % _nodes.Length, node.Following.Beat(other % Partitions)); break;
            case 7: Now += other % 6; break;
            case 8 when other % 4 == 0: _partitions[step.A % Partitions].EvictLog(); break;
            case 8 when other % 4 == 1: _partitions[step.A % Partitions].Prune(); break;
            case 9: Forget(step.A % Partitions, other % 4, isNewRun: other % 3 != 0); break;
            case 10 when other % 4 == 0: _partitions[step.A % Partitions].Evict(); break;
            case 11 when other % 4 == 0: Restart(step.A % _nodes.Length); break;
            case 12 when other % 4 == 0: Begin(step.A % _nodes.Length, node.Writer.Invalidate(Mark.Clear, 0)); break;
            case 13 when _running.Count > 0 && other % 8 == 0: Fail(_running[step.A % _running.Count]); break;
            case 14: Promises.Ask(node, step.A % _nodes.Length, other); break;
            case >= 15 and < 22: Deliver(step.A); break;
            case 22: _isAway[step.A % Partitions] = other % 4 == 0; break;
            case 23 or 24: Begin(step.A % _nodes.Length, node.Writer.Send(other % Partitions)); break;
            case 25: Source.Replicate(1 + (other % 3)); break;
            case 26 when other % 4 == 0: node.Lapse(Keys[step.A % 2]); break;
            case 26 when other % 4 == 1: _partitions[PartitionOf(Keys[step.A % 2])].Lapse(Keys[step.A % 2]); break;
            default: Advance(step.A); break;
        }
    }

    /// <summary>Lets everything come to its end, with no more faults, and looks whether what must be seen is.</summary>
    public void ComeToRest()
    {
        _isQuiet = true;
        Array.Clear(_isAway);
        Drain();
        SendAll();
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
        Promises.Doubt(partition);
        Promises.Void(partition);

        // By whoever has numbers of this one, be it that others know of a later incarnation.
        if (isNewRun || head.Incarnation == 0) return;
        foreach (var node in _nodes) _partitions[partition].Touch(node.Coherence[partition].Known);
    }

    /// <summary>A request's answer never comes.</summary>
    private void Fail(Running running)
    {
        _running.Remove(running);
        running.Steps.Dispose();
    }

    private void Restart(int node)
    {
        for (var partition = 0; partition < Partitions; partition++) Leave(node, partition);
        Story?.Add($"node {node} starts anew");
        _running.RemoveAll(running => running.Node == node);
        _late.RemoveAll(late => late.Node == node);
        _nodes[node] = new SimulatedNode(this, node);
        Promises.Left(node);
    }

    /// <summary>A node that alone knows of a later incarnation than there is says so before it goes: after it nobody could find out that an
    /// older copy was put back, which gives its numbers out again.</summary>
    private void Leave(int node, int partition)
    {
        var (present, known) = (_partitions[partition].Present, _nodes[node].Coherence[partition].Known);
        if (present.Incarnation == 0 || known.Incarnation <= present.Incarnation) return;
        if (_nodes.Count(other => other.Coherence[partition].Known.Incarnation > present.Incarnation) == 1) _partitions[partition].Renew(present.Incarnation, known);
    }

    /// <summary>The tier is back, and told what has waited for it.</summary>
    private void SendAll()
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            for (var attempt = 0; attempt < 2 * Partitions; attempt++)
            {
                Run(_nodes[node].Writer.Send(attempt % Partitions));
                Drain();
            }

            if (_nodes[node].Writer.Queued > 0) throw new BrokenPromiseException($"Node {node} never sends what waits there.");
        }
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
        for (var partition = 0; partition < Partitions; partition++) Run(_nodes[node].Following.Beat(partition));
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
            if (_isUnanswered) Fail(running);
            _isUnanswered = false;
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
        _nodes[node].Following.Hear(message);
    }

    /// <summary>What a node is doing; <see cref="IsDone"/>: its request was carried out, and the answer is on its way.</summary>
    private sealed class Running(int node, IEnumerator<Action> steps)
    {
        public int Node => node;

        public IEnumerator<Action> Steps => steps;

        public bool IsDone { get; set; }
    }
}
