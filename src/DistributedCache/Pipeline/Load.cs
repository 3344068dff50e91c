using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Expiry;
using DistributedCache.Flights;
using DistributedCache.Local;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>One key being loaded: what it looked like before, the tiers it is looked for in, and what becomes of the value.</summary>
/// <remarks>
/// <para>Made before it is shown to anyone: what was seen of every partition and the key's registration are taken first, so that
/// whatever is invalidated from then on is known to concern this load.</para>
/// <para>Who drives it (one factory for one key, or one for many) calls <see cref="TryTiersAsync"/>, then <see cref="StoreAsync"/> or
/// <see cref="FailAsync"/>, and always <see cref="End"/>.</para>
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "Whoever made it calls End, which disposes what it holds.")]
internal class Load<T> : Flight<T>
{
    // Between a wall-clock time and what it became in this process, either clock may have made a step.
    private const long ClockSlack = 50;

    private readonly CacheEngine _engine;
    private readonly PendingKey _pending;
    private KeyLease? _lease;
    private SeenSnapshot _seen;
    private long _began;
    private StampSet? _known;
    private ulong _rejectedId;
    private CacheTier _fallbackTier = CacheTier.Local;
    private bool _isBeaten;

    public Load(CacheEngine engine, EntryCall call, LocalEntry? candidate)
        : base(new FlightKey(call.Key.Index, typeof(T), call.Policy.Flags, call.Isolates))
    {
        _engine = engine;
        Call = call;
        Fallback = candidate;
        StartVersion = engine.Coherence.Version.Current;
        var partition = engine.Coherence[call.Key.Partition];
        lock (partition.Lock) _pending = partition.Register(call.Key.Index);
        _began = engine.Clock.Now;
        _seen = engine.Coherence.Snapshot();
    }

    public EntryCall Call { get; }

    /// <summary>The process-wide version when the load began.</summary>
    public long StartVersion { get; }

    /// <summary>An entry that is no longer fresh, or not known to be valid, but may stand in.</summary>
    public LocalEntry? Fallback { get; private set; }

    /// <summary>Where the answer came from; set before the flight completes.</summary>
    public LookupInfo Info { get; private set; }

    /// <summary>The answer's bytes, where every caller gets a copy.</summary>
    public StoredPayload? Payload { get; private set; }

    /// <summary>Whether something invalidated the value while it was loaded that only its own tags tell of: who joined after the load
    /// began runs again.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>Whether the answer is a key the factory left out of a bulk load.</summary>
    public bool IsAbsent { get; private set; }

    /// <summary>Whether the remote tier failed to answer.</summary>
    public bool IsRemoteAway { get; set; }

    /// <summary>Whether nobody asked: its end is no request's answer.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Whether many keys are loaded by one factory, which may leave this one out.</summary>
    public bool IsBulk { get; init; }

    /// <summary>The right to fill the key.</summary>
    public KeyLease Lease => _lease ??= new KeyLease(_engine, Call.Key, Abandoned);

    /// <summary>The last entry of the remote tier that was of no use here; 0: none.</summary>
    public ulong RejectedId => _rejectedId;

    protected CacheEngine Engine => _engine;

    /// <summary>No newcomer joins a load older than an invalidation that was applied here and concerns it, or than one that may not
    /// have been heard of; nor takes a stale value that stands in for it when that may not be served any more.</summary>
    public override bool Admits()
    {
        if (_pending.Highest >= 0) return false;
        if (Task.IsCompleted) return Fallback is { } entry && MayStandIn(entry);
        var now = _engine.Clock.Now;
        return (_engine.Coherence.Version.Current == StartVersion && (now <= _engine.Coherence.Version.FreshThrough || _engine.Coherence.IsRecent(_began, now)))
            || _engine.Coherence.Judge(_known ??= Stamps([]), _seen[Call.Key.Partition].Seen, now, _began) == Verdict.Valid;
    }

    /// <summary>Looks for the value where it may be nearer than its source; answers whether the flight is completed.</summary>
    /// <param name="mayLease">Whether a load follows if no tier has it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryTiersAsync(bool mayLease = true)
    {
        if (TryLocal()) return true;
        try
        {
            if (NeedsAsking(out var stamps)) await _engine.Marks.LearnAsync([stamps], Abandoned).ConfigureAwait(false);
            if (TryCandidate()) return true;
            if (!_engine.Remote.HoldsValues) return false;

            // Until this node's versions are registered, nothing of the remote tier is valid here.
            if (!_engine.Started.IsCompleted) await _engine.Started.WaitAsync(Abandoned).ConfigureAwait(false);
            if (Call.ReadsRemote)
            {
                using var found = await _engine.Remote.GetAsync(Call.Key, Abandoned).ConfigureAwait(false);
                if (found is not null && await TryAdoptAsync(found).ConfigureAwait(false)) return true;
            }

            return mayLease && Call.WritesRemote && !Call.Key.IsPrimary && await TryLeaseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (!Abandoned.IsCancellationRequested)
        {
            IsRemoteAway = true;
            _engine.RemoteFailed(exception);
            return false;
        }
    }

    /// <summary>Takes the stamps of what the factory is about to bring: what was invalidated until now it will know of.</summary>
    public void BeginFactory()
    {
        _began = _engine.Clock.Now;
        _seen = _engine.Coherence.Snapshot();
        _known = null;
    }

    /// <summary>Stores what the factory answered, then completes the flight with it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="context">What the factory said of it.</param>
    /// <param name="loadDuration">Milliseconds the factory took.</param>
    public async ValueTask StoreAsync(T value, LoadContext context, long loadDuration)
    {
        using var loaded = Ready(value, context, loadDuration);
        await EndAsync(loaded, await SendAsync(loaded).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Makes what the factory answered ready for the tiers.</summary>
    /// <inheritdoc cref="StoreAsync"/>
    public LoadedValue<T> Ready(T value, LoadContext context, long loadDuration)
    {
        var now = _engine.Clock.Now;
        var times = CacheEngine.Times(Call.Policy, context, value is null, now, loadDuration);
        Info = new LookupInfo(CacheTier.Source, now, times?.FreshUntil ?? now);
        var stamps = Stamps(context.KeepsStale ? [.. context.NamedTags, .. FallbackTags()] : context.NamedTags, context.NamedValidator);
        var sends = _engine.Remote.HoldsValues && Call.WritesRemote && (_lease is { IsHeld: true } || Call.Key.IsPrimary);
        return new LoadedValue<T>(_engine, Call, value, context.Stores ? times : null, stamps, KeySequence, sends, context.LocalSize);
    }

    /// <summary>Sends the value under the lease; false where an invalidation has voided that meanwhile, so that it is kept nowhere.</summary>
    public async ValueTask<bool> SendAsync(LoadedValue<T> loaded)
    {
        if (loaded.Remote is not { } write) return true;
        try
        {
            if (Call.Key.IsPrimary)
            {
                var reply = await _engine.Remote.SetPrimaryAsync(write, onlyIfAbsent: true, _engine.KnownOf(Call.Key.Partition), CancellationToken.None).ConfigureAwait(false);
                _isBeaten = !reply.Stored;
                return reply.Stored;
            }

            Lease.Use();
            return await _engine.Remote.FillAsync(write, Lease.Token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whether it was stored is not known; L1 may keep the value, judged by its stamps as any.
            _engine.RemoteFailed(exception);
            return true;
        }
    }

    /// <summary>Keeps the value in L1 unless the remote tier refused it, then completes the flight with it.</summary>
    public async ValueTask EndAsync(LoadedValue<T> loaded, bool isAccepted)
    {
        if (isAccepted && loaded.MakeLocal() is { } entry)
        {
            Payload = entry.Value as StoredPayload;
            _engine.Kept(_engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], _pending), Call.Policy.Profile);
        }

        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        if (_isBeaten && await TryTakeStoredAsync().ConfigureAwait(false)) return;

        // Out of the table before it is judged: who joined after an invalidation of a tag that only the factory named joined before
        // the judging, which sees the invalidation.
        _engine.Flights.Remove(this);
        if (StartVersion != _engine.Coherence.Version.Current)
            IsOutdated = _engine.Coherence.Judge(loaded.Stamps, loaded.Sequence, _engine.Clock.Now) is Verdict.Invalid or Verdict.Unknown;
        Count(_engine.CountersOf(Call.Policy.Profile).Miss);
        TryComplete(loaded.Value);
    }

    /// <summary>Ends a load whose factory had nothing to say about this key.</summary>
    public async ValueTask LeaveOutAsync()
    {
        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        IsAbsent = true;
        Count(_engine.CountersOf(Call.Policy.Profile).Miss);
        _engine.Flights.Remove(this);
        TryComplete(default!);
    }

    /// <summary>Ends a load that failed: with a stale value where one is at hand and nothing invalidated it, else with the failure.</summary>
    public async ValueTask FailAsync(Exception exception)
    {
        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        try
        {
            if (!Abandoned.IsCancellationRequested && (Task.IsCompleted || TryServeFallback()))
            {
                var retryAfter = DelayRetry();
                CacheLog.LoadFailedStaleServed(_engine.Log, Call.Policy.Profile.Name, retryAfter, exception);
            }
            else if (!Abandoned.IsCancellationRequested)
            {
                Count(_engine.CountersOf(Call.Policy.Profile).Miss);
                if (IsBackground) CacheLog.BackgroundLoadFailed(_engine.Log, Call.Policy.Profile.Name, exception);
            }
        }
        catch (InvalidOperationException unreadable)
        {
            // Strict, and the stale value is another type's. It was counted, and those who wait hear of the failure itself.
            CacheLog.BackgroundLoadFailed(_engine.Log, Call.Policy.Profile.Name, unreadable);
        }
        finally
        {
            // Whatever else goes wrong, nobody waits for ever.
            _engine.Flights.Remove(this);
            TryFail(exception);
        }
    }

    /// <summary>Completes the flight with the stale value, if it may be served, while the load goes on.</summary>
    public bool TryServeFallback()
    {
        if (Fallback is not { } entry || Task.IsCompleted) return false;
        if (!MayStandIn(entry) || !_engine.Values.TryOpen(entry.Value, isCopied: false, out T? value)) return false;
        Info = LookupInfo.Of(entry, _fallbackTier, _engine.Coherence.Version.FreshThrough < _engine.Clock.Now);
        Payload = entry.Value as StoredPayload;
        KeepAloft();
        var counters = _engine.CountersOf(Call.Policy.Profile);
        Count(_fallbackTier == CacheTier.Remote ? counters.RemoteStale : counters.LocalStale);
        TryComplete(value!);
        return true;
    }

    /// <summary>Gives back what a load holds. Whoever made it calls this once, also where it was made in vain.</summary>
    public void End()
    {
        var partition = _engine.Coherence[Call.Key.Partition];
        lock (partition.Lock) partition.Unregister(_pending);
        _lease?.Dispose();
        _engine.Flights.Remove(this);
    }

    private bool MayStandIn(LocalEntry entry)
    {
        var now = _engine.Clock.Now;
        return !entry.IsGone(now) && Judge(entry) is Verdict.Valid or Verdict.Unverified;
    }

    private long KeySequence => _lease?.Head?.Sequence ?? _seen[Call.Key.Partition].Seen;

    /// <summary>Another flight of the key may have ended between its caller's look at L1 and the making of this one.</summary>
    public bool TryLocal() => !IsBackground && Call.ReadsLocal && _engine.Store.FindLocked(Call.Key.Index) is { } present && present != Fallback
        && TryServe(present, CacheTier.Local);

    /// <summary>Whether the entry of L1 looked too old to be judged without asking.</summary>
    public bool NeedsAsking([NotNullWhen(true)] out StampSet? stamps)
    {
        stamps = IsBackground ? null : Fallback?.Stamps;
        return stamps is not null && NeedsAsking(Judge(Fallback!));
    }

    /// <summary>With its marks known the entry of L1 may be fresh after all.</summary>
    public bool TryCandidate() => !IsBackground && Fallback is { } candidate && TryServe(candidate, CacheTier.Local);

    /// <summary>Reads what the remote tier answered; false where it is of no use here, whatever its marks are.</summary>
    /// <param name="found">The answer.</param>
    /// <param name="stored">The entry.</param>
    /// <param name="needsAsking">Whether its marks have to be asked for.</param>
    public bool TryRead(RemoteValue found, out StoredValue stored, out bool needsAsking)
    {
        needsAsking = false;

        // Noted before the rest is read: who asks for a lease must not be answered with the same unreadable entry for ever.
        if (EnvelopeHeader.TryRead(found.Bytes.FirstSpan, out var header, out _)) _rejectedId = header.EntryId;
        if (!StoredValue.TryRead(found, Call.Key, _pending.Generation, _engine.Coherence, _engine.Clock, out stored, out var fault))
        {
            _engine.BadEnvelope(fault);
            return false;
        }

        // What is to be refreshed is no refreshment: only what another node has loaded since.
        if (IsBackground && Fallback is { } present && stored.Times.Created <= LocalCopies.CreatedAt(present) + ClockSlack) return false;
        if (Call.Key.IsPrimary) return true;

        // Invalidations reach only entries of registered versions, from when they were registered.
        var partition = _engine.Coherence[Call.Key.Partition];
        lock (partition.Lock)
        {
            if (!partition.Covers(Call.Key.Version, stored.Header.Sequence)) return false;
        }

        var verdict = _engine.Coherence.Judge(stored.Stamps, stored.Header.Sequence, _engine.Clock.Now);
        needsAsking = NeedsAsking(verdict);
        return verdict != Verdict.Invalid;
    }

    /// <summary>Takes an entry of the remote tier: into L1, and as the answer if it is fresh and nothing invalidated it.</summary>
    public bool TryTake(in StoredValue stored)
    {
        var sequence = stored.Header.Sequence;
        var keeps = Call.WritesLocal && _engine.KeepsLocally(Call, stored.Times);
        if ((!Call.Key.IsPrimary && _engine.Coherence.Judge(stored.Stamps, sequence, _engine.Clock.Now) == Verdict.Invalid)
            || !_engine.Values.TryCopyIn<T>(Call, stored, keeps, out var value, out var weight)) return false;
        var entry = _engine.MakeEntry(Call, value, weight, CacheEngine.LocalTimes(Call.Policy, stored.Times, _engine.Clock.Now), stored.Stamps, sequence);

        // That a sliding entry is there at all says that it was renewed in time, whenever it was stored.
        if (entry is SlidingEntry sliding) _engine.Renewals.AfterRead(Call.Key, sliding);
        if (keeps) _engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], _pending);
        if (TryServe(entry, CacheTier.Remote)) return true;
        if (entry.IsGone(_engine.Clock.Now)) return false;
        if (Fallback is null || stored.Times.Created > LocalCopies.CreatedAt(Fallback) + ClockSlack) _fallbackTier = CacheTier.Remote;
        Fallback = entry;
        return false;
    }

    private async ValueTask<bool> TryAdoptAsync(RemoteValue found)
    {
        if (!TryRead(found, out var stored, out var needsAsking)) return false;
        if (needsAsking) await _engine.Marks.LearnAsync([stored.Stamps], Abandoned).ConfigureAwait(false);
        return TryTake(stored);
    }

    private bool TryServe(LocalEntry entry, CacheTier tier)
    {
        var now = _engine.Clock.Now;
        if (now >= entry.FreshUntil || entry.Stamps is not { } stamps) return false;

        // A primary value that was read just now is what there is.
        var verdict = stamps.IsPrimary && tier == CacheTier.Remote ? Verdict.Valid : Judge(entry);
        var isUnverified = verdict is Verdict.Unverified or Verdict.Unknown;
        if (verdict == Verdict.Invalid
            || (isUnverified && !Unverified.MayServe(_engine.Coherence, Call.Policy.Profile, stamps, LocalCopies.BeganAt(entry), now))
            || !_engine.Values.TryOpen(entry.Value, isCopied: false, out T? value)) return false;
        Info = LookupInfo.Of(entry, tier, isUnverified);
        Payload = entry.Value as StoredPayload;
        var counters = _engine.CountersOf(Call.Policy.Profile);
        Count(tier == CacheTier.Remote
            ? isUnverified ? counters.RemoteStale : counters.RemoteHit
            : isUnverified ? counters.LocalStale : counters.LocalHit);
        _engine.Flights.Remove(this);
        TryComplete(value!);
        return true;
    }

    /// <summary>Whether the remote tier can say more: of marks, or of whether this node has missed something.</summary>
    private bool NeedsAsking(Verdict verdict) =>
        verdict == Verdict.Unknown || (verdict == Verdict.Unverified && Call.Policy.Profile.WhenUnverified == UnverifiedBehavior.Revalidate);

    private Verdict Judge(LocalEntry entry) => entry.Stamps is { } stamps
        ? _engine.Coherence.Judge(stamps, entry.Sequence, _engine.Clock.Now, LocalCopies.BeganAt(entry))
        : Verdict.Invalid;

    /// <summary>Asks for the right to load. Losers serve stale where there is some, else wait for the holder by asking again.</summary>
    private async ValueTask<bool> TryLeaseAsync()
    {
        using var wait = _engine.Waits.Enter(Call.Key.Index);
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause = TimeSpan.FromMilliseconds(Math.Min(250, pause.TotalMilliseconds * 1.7)))
        {
            var reply = await Lease.AskAsync(_rejectedId).ConfigureAwait(false);
            if (reply.IsGranted) return false;
            if (reply.Entry is { } entry)
            {
                using (entry)
                {
                    if (await TryAdoptAsync(entry).ConfigureAwait(false)) return true;
                }

                continue;
            }

            if (TryServeFallback()) return true;
            var jittered = pause * (0.5 + Random.Shared.NextDouble());
            await wait.WaitAsync(jittered < reply.Remaining ? jittered : reply.Remaining, _engine.Clock.Provider, Abandoned).ConfigureAwait(false);
        }
    }

    /// <summary>Of two that loaded one primary key the first has stored it, and the other takes what is stored.</summary>
    private async ValueTask<bool> TryTakeStoredAsync()
    {
        try
        {
            using var stored = await _engine.Remote.GetAsync(Call.Key, CancellationToken.None).ConfigureAwait(false);
            return stored is not null && await TryAdoptAsync(stored).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _engine.RemoteFailed(exception);
            return false;
        }
    }

    /// <summary>Lets the stale value stand in until the next load may be tried; answers how long that is.</summary>
    private TimeSpan DelayRetry()
    {
        var profile = Call.Policy.Profile;
        var delay = Jitter.Apply(profile.RetryAfterFailureMs, profile.Jitter, Random.Shared.NextDouble());
        if (Fallback is { } entry && Call.WritesLocal)
        {
            var standIn = new FallbackEntry(entry.Key, entry.Value, entry.Weight, entry.Region, _engine.Clock.Now + delay)
            {
                Stamps = entry.Stamps,
                Sequence = entry.Sequence,
                Deadline = entry.FreshUntil,
                Lifetime = LocalCopies.ToMilliseconds(entry.FreshUntil - LocalCopies.CreatedAt(entry)),
                StaleFor = entry.StaleFor,
                LoadDuration = entry.LoadDuration,
                CounterId = entry.CounterId,
            };
            _engine.Local.Keep(standIn, _engine.Coherence[Call.Key.Partition], _pending);
        }

        return TimeSpan.FromMilliseconds(delay);
    }

    private void Count(int counter)
    {
        if (!IsBackground) HitCounters.Increment(counter);
    }

    private StampSet Stamps(IReadOnlyList<string> more, string? validator = null) =>
        _engine.Stamps(Call, more, _seen, _lease?.Head?.Incarnation, validator);

    private string[] FallbackTags()
    {
        if (Fallback?.Stamps is not { } stamps) return [];
        var tags = new List<string>();
        foreach (var stamp in stamps.Marks)
        {
            if (stamp.Mark.Kind == MarkKind.Tag) tags.Add(stamp.Mark.Name);
        }

        return [.. tags];
    }
}
