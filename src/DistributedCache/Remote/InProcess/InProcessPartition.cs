using System.Buffers;
using DistributedCache.Coherence;
using DistributedCache.Entries;
using DistributedCache.Keys;

namespace DistributedCache.Remote.InProcess;

/// <summary>One partition in memory: the sequence, the marks, and, where values are held, entries and leases.</summary>
/// <remarks>Followers are told under the lock, so that messages come in order and before the step returns.</remarks>
internal sealed class InProcessPartition(int number, InProcessRemote.Settings settings, Action<Invalidation> publish, Action<int, string> wake)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Mark, long> _marks = [];
    private readonly Dictionary<Place, StoredEntry> _entries = [];
    private readonly Dictionary<Place, Lease> _leases = [];
    private readonly HashSet<string> _versions = [];
    private long _incarnation = Random.Shared.NextInt64(1, 1L << 50);
    private long _sequence;
    private long _floor;

    private readonly record struct Place(string Version, string Index);

    private readonly record struct StoredEntry(byte[] Envelope, long Until);

    private readonly record struct Lease(ulong Token, long Until, bool IsWaitedFor = false);

    public Head Head
    {
        get
        {
            lock (_lock) return HeadLocked;
        }
    }

    private Head HeadLocked => new(_incarnation, 0, _sequence, _floor) { Source = settings.Source.Version };

    /// <summary>Begins a new incarnation, if this is still the present one. Followers are told by a jump, the first of its messages.</summary>
    public Head Begin(long incarnation)
    {
        lock (_lock)
        {
            if (incarnation == _incarnation)
            {
                _incarnation++;
                (_sequence, _floor) = (0, 0);
                _marks.Clear();
                Number(InvalidationKind.Jump, []);
            }

            return HeadLocked;
        }
    }

    public MarksReply ReadMarks(IReadOnlyCollection<Mark> marks)
    {
        lock (_lock) return new MarksReply(HeadLocked, [.. marks.Select(m => KeyValuePair.Create(m, _marks.GetValueOrDefault(m, m.IsClear ? 0 : _floor)))]);
    }

    public Invalidation Invalidate(InvalidationKind kind, IReadOnlyList<CacheKey> keys)
    {
        lock (_lock)
        {
            foreach (var key in kind == InvalidationKind.Set ? [] : keys)
            {
                foreach (var version in _versions)
                {
                    var place = new Place(version, key.Index);
                    _leases.Remove(place);
                    if (kind != InvalidationKind.Expire) _entries.Remove(place);
                    else if (_entries.TryGetValue(place, out var stored)) EnvelopeHeader.TryMarkStale(stored.Envelope);
                }
            }

            return Number(kind, Indexes(keys));
        }
    }

    public Invalidation Invalidate(Mark mark)
    {
        lock (_lock)
        {
            _marks[mark] = _sequence + 1;
            if (_marks.Count > settings.MaximumMarks) Prune();
            return Number(InvalidationKind.Mark, [], mark);
        }
    }

    public SetReply Set(IReadOnlyList<RemoteWrite> writes)
    {
        // Steps here are synchronous: nothing can have been invalidated between the caller's reading of the head and this.
        lock (_lock)
        {
            foreach (var write in writes)
            {
                foreach (var version in _versions)
                {
                    _entries.Remove(new Place(version, write.Key.Index));
                    _leases.Remove(new Place(version, write.Key.Index));
                }

                Store(write, _sequence + 1);
            }

            var message = Number(InvalidationKind.Set, [.. writes.Select(w => w.Key.Index)]);
            return new SetReply(message, HeadLocked, []);
        }
    }

    public RemoteValue? Get(CacheKey key)
    {
        lock (_lock) return Find(key) is { } stored ? Copy(stored) : null;
    }

    public LeaseReply Ask(CacheKey key, ulong token, ulong rejectedId)
    {
        lock (_lock)
        {
            if (!settings.HoldsValues) return new LeaseReply(HeadLocked, IsGranted: true, null, default);
            _versions.Add(key.Version);
            if (Find(key) is { } stored && IsAnother(stored, rejectedId, key.Tenant)) return new LeaseReply(HeadLocked, false, Copy(stored), default);
            var place = new Place(key.Version, key.Index);
            if (_leases.TryGetValue(place, out var held) && held.Token != token && held.Until > settings.Now)
            {
                _leases[place] = held with { IsWaitedFor = true };
                return new LeaseReply(HeadLocked, false, null, TimeSpan.FromMilliseconds(held.Until - settings.Now));
            }

            _leases[place] = new Lease(token, settings.Now + settings.LeaseMilliseconds);
            return new LeaseReply(HeadLocked, IsGranted: true, null, default);
        }
    }

    public bool Extend(CacheKey key, ulong token)
    {
        lock (_lock)
        {
            var place = new Place(key.Version, key.Index);
            if (!Holds(place, token)) return !settings.HoldsValues;
            _leases[place] = _leases[place] with { Until = settings.Now + settings.LeaseMilliseconds };
            return true;
        }
    }

    public void Release(CacheKey key, ulong token)
    {
        var place = new Place(key.Version, key.Index);
        lock (_lock)
        {
            if (Holds(place, token)) EndLease(place);
        }
    }

    public bool Fill(RemoteWrite write, ulong token)
    {
        if (!settings.HoldsValues) return true;
        var place = new Place(write.Key.Version, write.Key.Index);
        lock (_lock)
        {
            if (!Holds(place, token)) return false;
            Store(write, sequence: null);
            EndLease(place);
            return true;
        }
    }

    public PrimaryReply SetPrimary(RemoteWrite write, bool onlyIfAbsent)
    {
        lock (_lock)
        {
            var present = Find(write.Key);
            if (onlyIfAbsent && present is not null) return new PrimaryReply(false, null);
            _versions.Add(write.Key.Version);
            Store(write, sequence: null);
            if (present is { } stored && NeverLocal(stored.Envelope) && NeverLocal(write.Envelope.Span)) return new PrimaryReply(true, null);
            return new PrimaryReply(true, Number(InvalidationKind.Set, [write.Key.Index]));
        }
    }

    public void Renew(CacheKey key, TimeSpan timeToLive)
    {
        lock (_lock)
        {
            if (Find(key) is { } stored)
                _entries[new Place(key.Version, key.Index)] = stored with { Until = settings.Now + (long)timeToLive.TotalMilliseconds };
        }
    }

    private static bool NeverLocal(ReadOnlySpan<byte> envelope) =>
        EnvelopeHeader.TryRead(envelope, out var header, out _) && header.Flags.HasFlag(EnvelopeFlags.NeverLocal);

    private static RemoteValue Copy(StoredEntry stored) => new(new ReadOnlySequence<byte>([.. stored.Envelope]), null);

    private static string[] Indexes(IReadOnlyList<CacheKey> keys) => [.. keys.Select(k => k.Index)];

    private bool Holds(Place place, ulong token) => _leases.TryGetValue(place, out var lease) && lease.Token == token && lease.Until > settings.Now;

    private void EndLease(Place place)
    {
        if (_leases.Remove(place, out var lease) && lease.IsWaitedFor) wake(number, place.Index);
    }

    private StoredEntry? Find(CacheKey key)
    {
        var place = new Place(key.Version, key.Index);
        if (!_entries.TryGetValue(place, out var stored)) return null;
        if (stored.Until > settings.Now) return stored;
        _entries.Remove(place);
        return null;
    }

    /// <summary>Whether a caller who rejected an entry is served by this one: another, not stale by its own word, and not cleared.</summary>
    private bool IsAnother(StoredEntry stored, ulong rejectedId, string tenant) =>
        EnvelopeHeader.TryRead(stored.Envelope, out var header, out _)
        && header.EntryId != rejectedId
        && !header.Flags.HasFlag(EnvelopeFlags.StaleMarked)
        && header.FreshUntil > settings.UtcNow
        && header.Incarnation == _incarnation
        && header.Sequence >= Math.Max(_marks.GetValueOrDefault(Mark.Clear), _marks.GetValueOrDefault(Mark.ClearOf(tenant)));

    private void Store(RemoteWrite write, long? sequence)
    {
        if (!settings.HoldsValues) return;
        _versions.Add(write.Key.Version);

        // A write that is to reach no tier still removes what is there.
        if (write.Envelope.IsEmpty) return;
        var envelope = write.Envelope.ToArray();
        if (sequence is { } stamp) EnvelopeHeader.TryStamp(envelope, _incarnation, stamp);
        _entries[new Place(write.Key.Version, write.Key.Index)] =
            new StoredEntry(envelope, settings.Now + (long)write.TimeToLive.TotalMilliseconds);
    }

    private Invalidation Number(InvalidationKind kind, IReadOnlyList<string> indexes, Mark mark = default)
    {
        var message = new Invalidation(number, _incarnation, 0, ++_sequence, kind, indexes, mark, Source: settings.Source.Version);
        publish(message);
        return message;
    }

    /// <summary>Forgets the older half of the tags and prefixes; what is absent of them counts as the floor from now on.</summary>
    private void Prune()
    {
        var sequences = _marks.Values.ToArray();
        Array.Sort(sequences);
        var cut = sequences[sequences.Length / 2];
        foreach (var (mark, sequence) in _marks)
        {
            if (sequence <= cut && !mark.IsClear) _marks.Remove(mark);
        }

        _floor = Math.Max(_floor, cut);
    }
}
