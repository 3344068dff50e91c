using System.Diagnostics.CodeAnalysis;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Flights;
using DistributedCache.Local;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>One key being looked for in the tiers: what they have of it, whether that may be served, and what may stand in for it.</summary>
/// <remarks>Made before it is shown to anyone: the key's registration is taken first, so that whatever is invalidated from then on is
/// known to concern it.</remarks>
internal abstract class TierLookup<T> : Flight<T>, IRunningLoad
{
    // Between a wall-clock time and what it became in this process, either clock may have made a step.
    private const long ClockSlack = 50;

    private readonly CacheEngine _engine;
    private bool _isFallbackRemote;

    protected TierLookup(CacheEngine engine, EntryCall call, LocalEntry? candidate)
    {
        _engine = engine;
        Call = call;
        var partition = engine.Coherence[call.Key.Partition];
        lock (partition.Lock)
        {
            partition.Register(this);

            // What was removed since it was found is no candidate; of what is from now on, the registration is told.
            if (candidate is not null && engine.Store.FindLocked(call.Key.Index) == candidate) Fallback = candidate;
        }
    }

    public EntryCall Call { get; }

    /// <summary>What its first caller takes for an answer; null: whatever is fresh.</summary>
    protected virtual IAcceptance<T>? Acceptance => null;

    public override FlightKey Key => Call.FlightKeyFor<T>();

    public override string Index => Call.Key.Index;

    /// <summary>An entry that is no longer fresh, or not known to be valid, but may stand in.</summary>
    public LocalEntry? Fallback { get; private set; }

    /// <summary>Where the answer came from. Of a flight that was completed it stays as it is.</summary>
    public LookupInfo Info { get; private set; }

    /// <summary>The answer's bytes, where every caller gets a copy; as with <see cref="Info"/>.</summary>
    public StoredPayload? Payload { get; private set; }

    /// <summary>Whether the flight was completed with what is stale, while the load goes on.</summary>
    public bool ServedFallback { get; private set; }

    /// <summary>Whether the factory had not answered when one of its time limits was over.</summary>
    public bool IsOverdue { get; protected set; }

    /// <summary>Whether nobody asked: its end is no request's answer.</summary>
    public bool IsBackground { get; init; }

    public IEnumerable<string> FallbackTags => Fallback?.Stamps?.Tags ?? [];

    /// <summary>Whether those who wait may have the stale value before the load ends.</summary>
    public bool HasSoftTimeout => Fallback is not null && Call.Policy.Profile.FactorySoftTimeout != Timeout.InfiniteTimeSpan;

    public bool HasTimeLimit => HasSoftTimeout || (Fallback is not null && Call.Policy.Profile.FactoryHardTimeout != Timeout.InfiniteTimeSpan);

    protected CacheEngine Engine => _engine;

    /// <summary>Another flight of the key may have ended between its caller's look at L1 and the making of this one.</summary>
    public bool TryLocal() => !IsBackground && Call.ReadsLocal && _engine.Store.FindLocked(Call.Key.Index) is { } present && present != Fallback
        && TryServe(present);

    /// <summary>Whether the entry of L1 looked too old to be judged without asking.</summary>
    public bool NeedsAsking([NotNullWhen(true)] out StampSet? stamps)
    {
        stamps = IsBackground ? null : Fallback?.Stamps;
        return stamps is not null && NeedsAsking(Judge(Fallback!));
    }

    /// <summary>With its marks known the entry of L1 may be fresh after all.</summary>
    public bool TryCandidate() => !IsBackground && Fallback is { } candidate && TryServe(candidate);

    /// <summary>Reads what the remote tier answered; false where it is of no use here, whatever its marks are.</summary>
    /// <param name="found">The answer.</param>
    /// <param name="stored">The entry.</param>
    /// <param name="verdict">What is known of it: its marks may have to be asked for.</param>
    public bool TryRead(RemoteValue found, out StoredValue stored, out Verdict verdict)
    {
        verdict = Verdict.Valid;
        if (!StoredValue.TryRead(found, Call.Key, Generation, _engine.Coherence, _engine.Clock, out stored, out var fault))
        {
            // Who asks for a lease must not be answered with the same unreadable entry for ever.
            if (EnvelopeHeader.TryRead(found.Bytes.FirstSpan, out var header, out _)) Reject(header.EntryId);
            _engine.BadEnvelope(fault);
            return false;
        }

        // What is to be refreshed is no refreshment: only what another node has loaded since.
        if (IsBackground && Fallback is { } present && stored.Times.Created <= LocalCopies.CreatedAt(present) + ClockSlack) return Reject(stored.Header.EntryId);
        if (Call.Key.IsPrimary) return true;

        verdict = Judge(stored);
        return verdict != Verdict.Invalid || Reject(stored.Header.EntryId);
    }

    /// <summary>What is known of an entry of the remote tier now. A primary value that was read is what there is.</summary>
    public Verdict Judge(in StoredValue stored) =>
        Call.Key.IsPrimary ? Verdict.Valid : _engine.Coherence.JudgeStored(stored.Stamps, Call.Key.Version, stored.Header.Sequence, _engine.Clock.Now);

    /// <summary>Whether the remote tier can say more: of marks, or of whether this node has missed something.</summary>
    public bool NeedsAsking(Verdict verdict) =>
        verdict == Verdict.Unknown || (verdict == Verdict.Unverified && Call.Policy.Profile.WhenUnverified == UnverifiedBehavior.Revalidate);

    /// <summary>Takes an entry of the remote tier: into L1, and as the answer if it is fresh and nothing invalidated it.</summary>
    /// <param name="stored">The entry.</param>
    /// <param name="verdict">What is known of it.</param>
    public bool TryTake(in StoredValue stored, Verdict verdict)
    {
        var keeps = Call.WritesLocal && _engine.KeepsLocally(Call, stored.Times);
        if (verdict == Verdict.Invalid || !_engine.Values.TryCopyIn<T>(Call, stored, keeps, out var value, out var weight)) return Reject(stored.Header.EntryId);
        var now = _engine.Clock.Now;
        var times = Lifetimes.InLocal(Call.Policy, stored.Times, now);

        // What is kept nowhere needs no entry to be the answer.
        if (!keeps && times.Sliding == 0 && now < times.FreshUntil
            && TryServe(value, stored.Stamps, long.MinValue, verdict, new LookupInfo(CacheTier.Remote, times.Created, times.FreshUntil), now)) return true;
        var entry = _engine.MakeEntry(Call, value, weight, times, stored.Stamps, stored.Header.Sequence);

        // That a sliding entry is there at all says that it was renewed in time, whenever it was stored.
        if (entry is SlidingEntry sliding) _engine.Renewals.AfterRead(Call.Key, sliding);
        if (keeps) _engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], this);
        if (now < entry.FreshUntil && TryServe(value, stored.Stamps, long.MinValue, verdict, LookupInfo.Of(entry, CacheTier.Remote), now)) return true;
        if (entry.IsGone(now)) return Reject(stored.Header.EntryId);
        if (Fallback is null || stored.Times.Created > LocalCopies.CreatedAt(Fallback) + ClockSlack) _isFallbackRemote = true;
        Fallback = entry;
        return Reject(stored.Header.EntryId);
    }

    /// <summary>Completes the flight with the stale value, if it may be served, while the load goes on.</summary>
    public bool TryServeFallback()
    {
        if (Fallback is not { } entry || IsCompleted) return false;
        if (!MayStandIn(entry) || !_engine.Values.TryOpen(entry.Value, isCopied: false, out T? value)) return false;
        if (Acceptance is { } acceptance && !acceptance.MayStandIn(value!)) return false;
        var info = LookupInfo.Of(entry, _isFallbackRemote ? CacheTier.Remote : CacheTier.Local, _engine.Coherence.Version.FreshThrough < _engine.Clock.Now);
        KeepAloft();
        var counters = _engine.CountersOf(Call.Policy.Profile);
        if (!TryComplete(value!, info, entry.Value as StoredPayload, _isFallbackRemote ? counters.RemoteStale : counters.LocalStale)) return false;
        return ServedFallback = true;
    }

    /// <summary>Notes an entry of the remote tier that was of no use here; false.</summary>
    protected abstract bool Reject(ulong id);

    /// <summary>Completes the flight with a value, what is said of it and what it counts as, all or nothing: a stale answer may be due at
    /// the moment at which its load ends.</summary>
    protected bool TryComplete(T value, LookupInfo info, StoredPayload? payload, int counter)
    {
        lock (Gate)
        {
            if (IsCompleted) return false;
            (Info, Payload) = (info, payload);
            Count(counter);
            return TryComplete(value);
        }
    }

    /// <summary>Ends the flight with a failure, which is no answer of those who have left.</summary>
    protected bool TryFail(Exception exception, int counter)
    {
        lock (Gate)
        {
            if (!IsCompleted && !IsAbandoned) Count(counter);
            return TryFail(exception);
        }
    }

    protected bool MayStandIn(LocalEntry entry)
    {
        var now = _engine.Clock.Now;
        if (entry.IsGone(now)) return false;
        return !_engine.Coherence.Holds(ProtocolRules.FallbacksJudged) || (entry.Sequence >= Removed && Judge(entry) is Verdict.Valid or Verdict.Unverified);
    }

    private bool TryServe(LocalEntry entry)
    {
        var now = _engine.Clock.Now;
        return now < entry.FreshUntil && entry.Stamps is { } stamps && entry.Sequence >= Highest
            && TryServe(entry.Value, stamps, LocalCopies.BeganAt(entry), Judge(entry), LookupInfo.Of(entry, CacheTier.Local), now);
    }

    /// <summary>Completes the flight with a fresh value, if it may be served.</summary>
    private bool TryServe(object stored, StampSet stamps, long began, Verdict verdict, LookupInfo info, long now)
    {
        var isUnverified = verdict is Verdict.Unverified or Verdict.Unknown;
        if (verdict == Verdict.Invalid
            || (isUnverified && !Unverified.MayServe(_engine.Coherence, Call.Policy.Profile, stamps, began, now))
            || !_engine.Values.TryOpen(stored, isCopied: false, out T? value)
            || (Acceptance is { } acceptance && !acceptance.IsFresh(value!))) return false;
        var counters = _engine.CountersOf(Call.Policy.Profile);
        var counter = info.Tier == CacheTier.Remote
            ? isUnverified ? counters.RemoteStale : counters.RemoteHit
            : isUnverified ? counters.LocalStale : counters.LocalHit;
        _engine.Flights.Remove(this);
        TryComplete(value!, info with { IsUnverified = isUnverified }, stored as StoredPayload, counter);
        return true;
    }

    private Verdict Judge(LocalEntry entry) => entry.Stamps is { } stamps
        ? _engine.Coherence.Judge(stamps, entry.Sequence, _engine.Clock.Now, LocalCopies.BeganAt(entry))
        : Verdict.Invalid;

    private void Count(int counter)
    {
        if (!IsBackground) HitCounters.Increment(counter);
    }
}
