using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>One partition of the remote tier: each member is what a script does, in one step.</summary>
internal sealed class SimulatedPartition(int number, World world)
{
    private const int LogLength = 6;
    private const int Copies = 6;

    private readonly List<State> _copies = [new State()];
    private readonly List<Invalidation> _log = [];
    private State _state = new();
    private bool _isNewRun;

    /// <summary>An entry as it is stored.</summary>
    internal sealed record Entry(int Version, long Id, long Incarnation, long Sequence, Stamp[] Marks, bool IsStale = false);

    public Head Present => HeadOf(_state);

    /// <summary>The commit that loads knew of when the incarnation began.</summary>
    public long FirstSource { get; private set; }

    public Head? ReadHead() => _state.Incarnation == 0 ? null : HeadOf(_state);

    public Head Touch(Known known)
    {
        Begin(known);
        return HeadOf(_state);
    }

    public Head Renew(long incarnation, Known known)
    {
        Begin(known);
        if (_state.Incarnation == incarnation) BeginIncarnation(known);
        return HeadOf(_state);
    }

    public IReadOnlyList<Invalidation> ReadLog(long after) => [.. _log.Where(message => message.Sequence > after)];

    public MarksReply ReadMarks(IEnumerable<Mark> marks)
    {
        Begin(default);
        return new MarksReply(HeadOf(_state), [.. _state.Marks.Where(mark => marks.Contains(mark.Key))]);
    }

    public Entry? Get(string key) => _state.Entries.GetValueOrDefault(key);

    /// <summary>Removes or expires a key.</summary>
    public Invalidation Invalidate(InvalidationKind kind, string key, Known known)
    {
        Begin(known);
        if (kind == InvalidationKind.Expire) Lapse(key);
        else _state = _state with { Entries = Without(_state.Entries, key) };
        _state = _state with { Leases = Without(_state.Leases, key) };
        return Number(kind, [key]);
    }

    public Invalidation Invalidate(Mark mark, Known known)
    {
        Begin(known);
        _state = _state with { Marks = new(_state.Marks) { [mark] = _state.Sequence + 1 } };
        return Number(InvalidationKind.Mark, [], mark);
    }

    public (Invalidation? Message, Head Head, int Version) Set(string key, Stamp[] marks, Known known)
    {
        Begin(known);
        if (known.Incarnation != _state.Incarnation || known.Seen != _state.Sequence) return (null, HeadOf(_state), 0);
        var version = world.Source.Change(key);
        _state = _state with { Source = world.Source.Commit };
        var entry = new Entry(version, world.NextId(), _state.Incarnation, _state.Sequence + 1, marks);
        _state = _state with { Entries = new(_state.Entries) { [key] = entry }, Leases = Without(_state.Leases, key) };
        return (Number(InvalidationKind.Set, [key]), HeadOf(_state), version);
    }

    /// <summary>Grants the lease, or answers another entry than the rejected one, or neither.</summary>
    public (Head Head, bool IsGranted, Entry? Entry) Lease(string key, long token, long rejected, Known known)
    {
        Begin(known);
        var head = HeadOf(_state);
        if (_state.Entries.GetValueOrDefault(key) is { } entry && entry.Id != rejected && !entry.IsStale && entry.Incarnation == _state.Incarnation) return (head, false, entry);

        // The holder may have gone without a word: his lease ends.
        if (_state.Leases.ContainsKey(key) && !world.Chance(2)) return (head, false, null);
        _state = _state with { Leases = new(_state.Leases) { [key] = token } };
        return (head, true, null);
    }

    public bool Fill(string key, long token, Entry entry)
    {
        if (_state.Leases.GetValueOrDefault(key) != token) return false;
        _state = _state with { Entries = new(_state.Entries) { [key] = entry }, Leases = Without(_state.Leases, key) };
        return true;
    }

    /// <summary>Another copy takes over, or the same server gets an older one back; answers its head.</summary>
    public Head Restore(int forgotten, bool isNewRun)
    {
        _state = _copies[Math.Max(0, _copies.Count - 1 - forgotten)];
        _copies.RemoveRange(Math.Max(1, _copies.Count - forgotten), Math.Min(forgotten, _copies.Count - 1));
        _log.RemoveAll(message => message.Incarnation != _state.Incarnation || message.Sequence > _state.Sequence);
        _isNewRun |= isNewRun;
        return HeadOf(_state);
    }

    /// <summary>An entry's lifetime is over: its bytes stay, for who wants them nevertheless.</summary>
    public void Lapse(string key)
    {
        if (_state.Entries.GetValueOrDefault(key) is { } entry) _state = _state with { Entries = new(_state.Entries) { [key] = entry with { IsStale = true } } };
    }

    public void Evict()
    {
        _state = _state with { Incarnation = 0, Source = 0 };
        Keep();
    }

    public void EvictLog() => _log.Clear();

    /// <summary>Forgets all tags invalidated up to now: they count as the floor.</summary>
    public void Prune()
    {
        _state = _state with { Marks = new(_state.Marks.Where(static mark => mark.Key.IsClear)), Floor = _state.Sequence };
        Keep();
    }

    private void Begin(Known known)
    {
        if (known.Source > _state.Source) _state = _state with { Source = known.Source };
        if (_state.Incarnation == 0) BeginIncarnation(known);
        else if (_isNewRun || (known.Incarnation == _state.Incarnation && known.Seen > _state.Sequence))
        {
            var from = _state.Sequence;
            var start = Math.Max(Math.Max(from, known.Incarnation == _state.Incarnation ? known.Seen : 0), world.NextMoment()) + 1;
            _state = _state with { Base = start, Sequence = start, Eras = _state.Eras.Add(new Era(from, start)) };
            Send(new Invalidation(number, _state.Incarnation, start, start, InvalidationKind.Jump, [], default, from, _state.Source));
        }

        _isNewRun = false;
    }

    private void BeginIncarnation(Known known)
    {
        _state = new State { Incarnation = Math.Max(world.NextMoment(), known.Incarnation + 1), Source = _state.Source, Entries = _state.Entries };
        world.Story?.Add($"partition {number}: incarnation {_state.Incarnation}");
        FirstSource = _state.Source;
        world.Promises.Emptied(number, FirstSource);
        _log.Clear();
        Keep();
    }

    private Invalidation Number(InvalidationKind kind, IReadOnlyList<string> keys, Mark mark = default)
    {
        _state = _state with { Sequence = _state.Sequence + 1 };
        var message = new Invalidation(number, _state.Incarnation, _state.Base, _state.Sequence, kind, keys, mark, Source: _state.Source);
        Send(message);
        return message;
    }

    private void Send(Invalidation message)
    {
        world.Story?.Add($"partition {number}: {message.Kind} {message.Sequence} of {message.Incarnation}/{message.Base} {string.Join(',', message.Indexes)}{message.Mark.Name}");
        _log.Add(message);
        if (_log.Count > LogLength) _log.RemoveAt(0);
        Keep();
        world.Publish(message);
    }

    private void Keep()
    {
        _copies.Add(_state);
        if (_copies.Count > Copies) _copies.RemoveAt(0);
    }

    private static Head HeadOf(State state) => new(state.Incarnation, state.Base, state.Sequence, state.Floor) { Eras = state.Eras, Source = state.Source };

    private static Dictionary<string, T> Without<T>(Dictionary<string, T> all, string key)
    {
        if (!all.ContainsKey(key)) return all;
        var rest = new Dictionary<string, T>(all);
        rest.Remove(key);
        return rest;
    }

    /// <summary>What replicas copy. Immutable.</summary>
    private sealed record State
    {
        public long Incarnation { get; init; }

        public long Base { get; init; }

        public long Sequence { get; init; }

        public long Floor { get; init; }

        public long Source { get; init; }

        public EraHistory Eras { get; init; } = EraHistory.First;

        public Dictionary<Mark, long> Marks { get; init; } = [];

        public Dictionary<string, Entry> Entries { get; init; } = [];

        public Dictionary<string, long> Leases { get; init; } = [];
    }
}
