using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Expiry;
using DistributedCache.Flights;
using DistributedCache.Local;
using DistributedCache.Remote;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>One key being loaded: what it looked like before, the tiers it is looked for in, and what becomes of the value.</summary>
/// <remarks>
/// <para>Made before it is shown to anyone: what was seen of every partition and the key's registration are taken first, so that
/// whatever is invalidated from then on is known to concern this load.</para>
/// <para>Who drives it (one factory for one key, or one for many) calls <see cref="TryTiersAsync"/>, then <see cref="StoreAsync"/> or
/// <see cref="FailAsync"/>, and always <see cref="End"/>.</para>
/// </remarks>
internal class Load<T> : Flight<T>
{
    // Between a wall-clock time and what it became in this process, either clock may have made a step.
    private const long ClockSlack = 50;

    private readonly CacheEngine _engine;
    private readonly SeenSnapshot _seen;
    private readonly PendingKey _pending;
    private readonly ulong _token = (ulong)Random.Shared.NextInt64();
    private StampSet? _known;
    private ulong _rejectedId;
    private bool _hasLease;
    private Head? _leaseHead;
    private ITimer? _extension;
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

    protected CacheEngine Engine => _engine;

    /// <summary>No newcomer joins a load older than an invalidation that was applied here and concerns it, nor takes a stale value
    /// that stands in for it when that may not be served any more.</summary>
    public override bool Admits() => _pending.Highest < 0
        && (!Task.IsCompleted || (Fallback is { } entry && MayStandIn(entry)))
        && (_engine.Coherence.Version.Current == StartVersion
            || _engine.Coherence.Judge(_known ??= Stamps([]), _seen[Call.Key.Partition].Seen, _engine.Clock.Now) is Verdict.Valid or Verdict.Unverified);

    /// <summary>Looks for the value where it may be nearer than its source; answers whether the flight is completed.</summary>
    /// <param name="mayLease">Whether a load follows if no tier has it.</param>
    public async ValueTask<bool> TryTiersAsync(bool mayLease = true)
    {
        // Another flight of the key may have ended between its caller's look at L1 and the making of this one.
        if (!IsBackground && Call.ReadsLocal && _engine.Store.FindLocked(Call.Key.Index) is { } present && present != Fallback
            && TryServe(present, CacheTier.Local)) return true;
        try
        {
            if (!IsBackground && Fallback is { } candidate && await TryCandidateAsync(candidate).ConfigureAwait(false)) return true;
            if (!_engine.Remote.HoldsValues) return false;
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

    /// <summary>Asks once for the right to load one key of many. Without it the value is loaded all the same, and not sent.</summary>
    public async ValueTask TryLeaseOnceAsync()
    {
        if (!_engine.Remote.HoldsValues || !Call.WritesRemote || Call.Key.IsPrimary || IsRemoteAway) return;
        try
        {
            var reply = await _engine.Remote.LeaseAsync(Call.Key, _token, _rejectedId, _engine.KnownOf(Call.Key.Partition), Abandoned).ConfigureAwait(false);
            if (reply.IsGranted) Hold(reply.Head);
            using var entry = reply.Entry;
            if (entry is not null) await TryAdoptAsync(entry).ConfigureAwait(false);
        }
        catch (Exception exception) when (!Abandoned.IsCancellationRequested)
        {
            IsRemoteAway = true;
            _engine.RemoteFailed(exception);
        }
    }

    /// <summary>Stores what the factory answered, then completes the flight with it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="context">What the factory said of it.</param>
    /// <param name="loadDuration">Milliseconds the factory took.</param>
    public async ValueTask StoreAsync(T value, LoadContext context, long loadDuration)
    {
        var now = _engine.Clock.Now;
        var times = CacheEngine.Times(Call.Policy, context, value is null, now, loadDuration);
        Info = new LookupInfo(CacheTier.Source, now, times?.FreshUntil ?? now);
        var stamps = Stamps(context.KeepsStale ? [.. context.NamedTags, .. FallbackTags()] : context.NamedTags, context.NamedValidator);
        if (times is { } lasting && context.Stores) await StoreInTiersAsync(value, context, lasting, stamps).ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
        if (_isBeaten && await TryTakeStoredAsync().ConfigureAwait(false)) return;

        // Out of the table before it is judged: who joined after an invalidation of a tag that only the factory named joined before
        // the judging, which sees the invalidation.
        _engine.Flights.Remove(this);
        if (StartVersion != _engine.Coherence.Version.Current)
            IsOutdated = _engine.Coherence.Judge(stamps, KeySequence, now) is Verdict.Invalid or Verdict.Unknown;
        Count(_engine.CountersOf(Call.Policy.Profile).Miss);
        TryComplete(value);
    }

    /// <summary>Ends a load whose factory had nothing to say about this key.</summary>
    public async ValueTask LeaveOutAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        IsAbsent = true;
        Count(_engine.CountersOf(Call.Policy.Profile).Miss);
        _engine.Flights.Remove(this);
        TryComplete(default!);
    }

    /// <summary>Ends a load that failed: with a stale value where one is at hand and nothing invalidated it, else with the failure.</summary>
    public async ValueTask FailAsync(Exception exception)
    {
        await ReleaseAsync().ConfigureAwait(false);
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
        _extension?.Dispose();
        _engine.Flights.Remove(this);
    }

    private bool MayStandIn(LocalEntry entry)
    {
        var now = _engine.Clock.Now;
        return !entry.IsGone(now) && entry.Stamps is { } stamps
            && _engine.Coherence.Judge(stamps, entry.Sequence, now) is Verdict.Valid or Verdict.Unverified;
    }

    private long KeySequence => _leaseHead?.Sequence ?? _seen[Call.Key.Partition].Seen;

    /// <summary>An entry of L1 that looked too old to be judged without asking: with its marks known it may be fresh after all.</summary>
    private async ValueTask<bool> TryCandidateAsync(LocalEntry entry)
    {
        if (entry.Stamps is not { } stamps) return false;
        if (_engine.Coherence.Judge(stamps, entry.Sequence, _engine.Clock.Now) == Verdict.Unknown)
            await _engine.LearnMarksAsync(stamps, Abandoned).ConfigureAwait(false);
        return TryServe(entry, CacheTier.Local);
    }

    /// <summary>Takes what the remote tier answered: into L1, and as the answer if it is fresh and nothing invalidated it.</summary>
    public async ValueTask<bool> TryAdoptAsync(RemoteValue found)
    {
        var partition = _engine.Coherence[Call.Key.Partition];

        // Noted before the rest is read: who asks for a lease must not be answered with the same unreadable entry for ever.
        if (EnvelopeHeader.TryRead(found.Bytes.FirstSpan, out var header, out _)) _rejectedId = header.EntryId;
        if (!StoredValue.TryRead(found, Call.Key, _pending.Generation, _engine.Coherence, _engine.Clock, out var stored, out var fault))
        {
            _engine.BadEnvelope(fault);
            return false;
        }

        // What is to be refreshed is no refreshment: only what another node has loaded since.
        if (IsBackground && Fallback is { } present && stored.Times.Created <= LocalCopies.CreatedAt(present) + ClockSlack) return false;
        var sequence = stored.Header.Sequence;
        var verdict = _engine.Coherence.Judge(stored.Stamps, sequence, _engine.Clock.Now);
        if (verdict == Verdict.Unknown)
        {
            await _engine.LearnMarksAsync(stored.Stamps, Abandoned).ConfigureAwait(false);
            verdict = _engine.Coherence.Judge(stored.Stamps, sequence, _engine.Clock.Now);
        }

        if (verdict is Verdict.Invalid or Verdict.Unknown || !_engine.Values.TryCopyIn<T>(Call, stored, out var value, out var weight)) return false;
        var entry = _engine.MakeEntry(Call, value, weight, CacheEngine.LocalTimes(Call.Policy, stored.Times, _engine.Clock.Now), stored.Stamps, sequence);

        // That a sliding entry is there at all says that it was renewed in time, whenever it was stored.
        if (entry is SlidingEntry sliding) _engine.Renewals.AfterRead(Call.Key, sliding);
        if (Call.WritesLocal && _engine.KeepsLocally(Call, stored.Times)) _engine.Local.Keep(entry, partition, _pending);
        if (TryServe(entry, CacheTier.Remote)) return true;
        if (entry.IsGone(_engine.Clock.Now)) return false;
        if (Fallback is null || stored.Times.Created > LocalCopies.CreatedAt(Fallback) + ClockSlack) _fallbackTier = CacheTier.Remote;
        Fallback = entry;
        return false;
    }

    private bool TryServe(LocalEntry entry, CacheTier tier)
    {
        var now = _engine.Clock.Now;
        if (now >= entry.FreshUntil || entry.Stamps is null
            || _engine.Coherence.Judge(entry.Stamps, entry.Sequence, now) != Verdict.Valid
            || !_engine.Values.TryOpen(entry.Value, isCopied: false, out T? value)) return false;
        Info = LookupInfo.Of(entry, tier);
        Payload = entry.Value as StoredPayload;
        var counters = _engine.CountersOf(Call.Policy.Profile);
        Count(tier == CacheTier.Remote ? counters.RemoteHit : counters.LocalHit);
        _engine.Flights.Remove(this);
        TryComplete(value!);
        return true;
    }

    /// <summary>Asks for the right to load. Losers serve stale where there is some, else wait for the holder by asking again.</summary>
    private async ValueTask<bool> TryLeaseAsync()
    {
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause = TimeSpan.FromMilliseconds(Math.Min(250, pause.TotalMilliseconds * 1.7)))
        {
            var reply = await _engine.Remote.LeaseAsync(Call.Key, _token, _rejectedId, _engine.KnownOf(Call.Key.Partition), Abandoned).ConfigureAwait(false);
            if (reply.IsGranted)
            {
                Hold(reply.Head);
                return false;
            }

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
            await System.Threading.Tasks.Task.Delay(jittered < reply.Remaining ? jittered : reply.Remaining, _engine.Clock.Provider, Abandoned).ConfigureAwait(false);
        }
    }

    private void Hold(Head head)
    {
        _hasLease = true;
        _leaseHead = head;
        var third = _engine.LeaseDuration / 3;
        _extension = _engine.Clock.CreateTimer(static self => _ = ((Load<T>)self!).ExtendAsync(), this, third);
    }

    /// <summary>Keeps the lease while the factory runs. One that was voided meanwhile stays void.</summary>
    private async Task ExtendAsync()
    {
        try
        {
            if (_hasLease && !await _engine.Remote.ExtendAsync(Call.Key, _token, Abandoned).ConfigureAwait(false)) _extension?.Dispose();
        }
        catch (Exception exception)
        {
            if (!Abandoned.IsCancellationRequested) _engine.RemoteFailed(exception);
        }
    }

    private async ValueTask StoreInTiersAsync(T value, LoadContext context, EntryTimes times, StampSet stamps)
    {
        var needsBytes = Call.Isolates || (_engine.Remote.HoldsValues && Call.WritesRemote && (_hasLease || Call.Key.IsPrimary));
        using var bytes = needsBytes ? _engine.Values.TrySerialize(value) : null;
        var hasBytes = bytes is not null || value is null;

        // What has no bytes, or too many, is in L1 alone, unless each caller is to have a copy or it is meant to be nowhere else.
        if (needsBytes && !hasBytes && (Call.Isolates || Call.Key.IsPrimary)) return;
        if (needsBytes && hasBytes && _engine.Remote.HoldsValues && !await TryFillAsync(bytes, value is null, stamps, times).ConfigureAwait(false)) return;
        if (!Call.WritesLocal || !_engine.KeepsLocally(Call, times)) return;
        var (kept, weight) = _engine.Values.Pack(Call, value, bytes, stamps, context.LocalSize);
        Payload = kept as StoredPayload;
        var entry = _engine.MakeEntry(Call, kept, weight, CacheEngine.LocalTimes(Call.Policy, times, times.Created), stamps, KeySequence);
        _engine.Kept(_engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], _pending), Call.Policy.Profile);
    }

    /// <summary>Sends the value under the lease; false where an invalidation has voided that meanwhile, so that it is kept nowhere.</summary>
    private async ValueTask<bool> TryFillAsync(PooledBufferWriter? bytes, bool isNull, StampSet stamps, EntryTimes times)
    {
        if (!_hasLease && !Call.Key.IsPrimary) return true;
        using var envelope = new PooledBufferWriter(int.MaxValue);
        StoredValue.Write(
            envelope, Call.Key, times, stamps, KeySequence, (ulong)Random.Shared.NextInt64(), isNull, !_engine.KeepsLocally(Call, times), _engine.Clock,
            Call.Policy.Profile.CompressAbove, bytes is null ? default : bytes.WrittenSpan);
        var write = new RemoteWrite(Call.Key, envelope.WrittenMemory, times.TimeToLive(_engine.Clock.Now));
        try
        {
            if (Call.Key.IsPrimary)
            {
                var reply = await _engine.Remote.SetPrimaryAsync(write, onlyIfAbsent: true, _engine.KnownOf(Call.Key.Partition), CancellationToken.None).ConfigureAwait(false);
                _isBeaten = !reply.Stored;
                return reply.Stored;
            }

            _hasLease = false;
            return await _engine.Remote.FillAsync(write, _token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whether it was stored is not known; L1 may keep the value, judged by its stamps as any.
            _engine.RemoteFailed(exception);
            return true;
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

    private async ValueTask ReleaseAsync()
    {
        if (!_hasLease) return;
        _hasLease = false;
        try
        {
            await _engine.Remote.ReleaseAsync(Call.Key, _token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // It ends by itself.
            _engine.RemoteFailed(exception);
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
        _engine.Stamps(Call, more, _seen, _leaseHead?.Incarnation, validator);

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
