using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Local;
using DistributedCache.Queue;
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
internal class Load<T> : TierLookup<T>
{
    private KeyLease? _lease;
    private SeenSnapshot _seen;
    private long _began;
    private StampSet? _known;
    private bool _isBeaten;

    public Load(CacheEngine engine, EntryCall call, LocalEntry? candidate)
        : base(engine, call, candidate)
    {
        _began = engine.Clock.Now;
        _seen = engine.Coherence.Snapshot();
    }

    /// <summary>The process-wide version when the load began.</summary>
    public long StartVersion => _seen.Version;

    /// <summary>Whether something invalidated the value while it was loaded that only its own tags tell of: who joined after the load
    /// began runs again.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>Whether the answer is a key the factory left out of a bulk load.</summary>
    public bool IsAbsent { get; private set; }

    /// <summary>Whether the remote tier failed to answer.</summary>
    public bool IsRemoteAway { get; set; }

    /// <summary>Whether many keys are loaded by one factory, which may leave this one out.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Whether an invalidation that concerns it waits for the remote tier, as far as its key and its caller's tags tell.</summary>
    public bool IsHeld => Engine.Queue.IsHolding && Engine.Queue.Holds(Call.Key.Index, _known ??= Stamps([]));

    /// <summary>The right to fill the key.</summary>
    public KeyLease Lease => _lease ??= new KeyLease(Engine, Call.Key, Abandoned);

    /// <summary>No newcomer joins a load older than an invalidation that was applied here and concerns it, or than one that may not
    /// have been heard of; nor takes a stale value that stands in for it when that may not be served any more.</summary>
    public override bool Admits()
    {
        if (!Engine.Coherence.Holds(ProtocolRules.NoOlderFlight)) return !IsCompleted;
        if (Highest >= 0) return false;
        if (IsCompleted) return Fallback is { } entry && MayStandIn(entry);
        var now = Engine.Clock.Now;
        return (Engine.Coherence.Version.Current == StartVersion && (now <= Engine.Coherence.Version.FreshThrough || Engine.Coherence.IsRecent(_began, now)))
            || Engine.Coherence.Judge(_known ??= Stamps([]), _seen[Call.Key.Partition].Seen, now, _began) == Verdict.Valid;
    }

    /// <summary>Looks for the value where it may be nearer than its source; answers whether the flight is completed.</summary>
    /// <param name="mayLease">Whether a load follows if no tier has it.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryTiersAsync(bool mayLease = true)
    {
        if (TryLocal()) return true;
        try
        {
            if (NeedsAsking(out var stamps)) await Engine.Marks.LearnAsync([stamps], Abandoned).ConfigureAwait(false);
            if (TryCandidate()) return true;

            // What is there may be what an invalidation that waits for the tier is to remove.
            if (!Engine.Remote.HoldsValues || IsHeld) return false;
            if (Call.ReadsRemote)
            {
                using var found = await Engine.Remote.GetAsync(Call.Key, Abandoned).ConfigureAwait(false);
                if (found is { } value && TryRead(value, out var stored, out var verdict))
                {
                    if (NeedsAsking(verdict))
                    {
                        if (await TryAdoptAsync(stored).ConfigureAwait(false)) return true;
                    }
                    else if (TryTake(stored, verdict)) return true;
                }
            }

            if (!mayLease || !Call.WritesRemote || Call.Key.IsPrimary || (Fallback is null && Acceptance is { OnlyRenews: true })) return false;
            return await TryLeaseAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsAbandoned)
        {
            IsRemoteAway = true;
            Engine.RemoteFailed(exception);
            return false;
        }
    }

    /// <summary>Takes the stamps of what the factory is about to bring: what was invalidated until now it will know of.</summary>
    public void BeginFactory()
    {
        _began = Engine.Clock.Now;
        _seen = Engine.Coherence.Snapshot();
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
        var now = Engine.Clock.Now;
        var times = Lifetimes.Of(Call.Policy, context, value is null, now, loadDuration);
        var info = new LookupInfo(CacheTier.Source, now, times?.FreshUntil ?? now);
        var stamps = Stamps(context.KeepsStale ? [.. context.NamedTags, .. FallbackTags] : context.NamedTags, context.NamedValidator);
        var sends = Engine.Remote.HoldsValues && Call.WritesRemote && (_lease is { IsHeld: true } || Call.Key.IsPrimary) && !Engine.Queue.Holds(Call.Key.Index, stamps);
        return new LoadedValue<T>(Engine, Call, value, info, context.Stores ? times : null, stamps, KeySequence, sends, context.LocalSize);
    }

    /// <summary>Sends the value under the lease; false where an invalidation has voided that meanwhile, so that it is kept nowhere.</summary>
    public async ValueTask<bool> SendAsync(LoadedValue<T> loaded)
    {
        if (loaded.Remote is not { } write) return true;
        try
        {
            if (Call.Key.IsPrimary)
            {
                var reply = await Engine.Remote.SetPrimaryAsync(write, onlyIfAbsent: true, Engine.KnownOf(Call.Key.Partition), CancellationToken.None).ConfigureAwait(false);
                _isBeaten = !reply.Stored;
                if (reply.IsNumberDue && reply.Stored) Engine.Queue.TryAdd(new QueuedInvalidation(Call.Key.Partition, InvalidationKind.Set, [Call.Key], default));
                return reply.Stored;
            }

            Lease.Use();
            return await Engine.Remote.FillAsync(write, Lease.Token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whether it was stored is not known; L1 may keep the value, judged by its stamps as any.
            Engine.RemoteFailed(exception);
            return true;
        }
    }

    /// <summary>Keeps the value in L1 unless the remote tier refused it, then completes the flight with it.</summary>
    public async ValueTask EndAsync(LoadedValue<T> loaded, bool isAccepted)
    {
        StoredPayload? payload = null;
        if (isAccepted && loaded.MakeLocal() is { } entry)
        {
            payload = entry.Value as StoredPayload;
            Engine.Kept(Engine.Local.Keep(entry, Engine.Coherence[Call.Key.Partition], this), Call.Policy.Profile);
        }

        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        if (_isBeaten && await TryTakeStoredAsync().ConfigureAwait(false)) return;

        // Out of the table before it is judged: who joined after an invalidation of a tag that only the factory named joined before
        // the judging, which sees the invalidation.
        Engine.Flights.Remove(this);
        if (StartVersion != Engine.Coherence.Version.Current && Engine.Coherence.Holds(ProtocolRules.NoOlderFlight))
            IsOutdated = Engine.Coherence.Judge(loaded.Stamps, loaded.Sequence, Engine.Clock.Now) is Verdict.Invalid or Verdict.Unknown;
        TryComplete(loaded.Value, loaded.Info, payload, Engine.CountersOf(Call.Policy.Profile).Miss);
    }

    /// <summary>Ends a load whose factory had nothing to say about this key.</summary>
    public async ValueTask LeaveOutAsync()
    {
        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        IsAbsent = true;
        Engine.Flights.Remove(this);
        TryComplete(default!, default, payload: null, Engine.CountersOf(Call.Policy.Profile).Miss);
    }

    /// <summary>Ends a load that failed: with a stale value where one is at hand and nothing invalidated it, else with the failure.</summary>
    public async ValueTask FailAsync(Exception exception)
    {
        if (_lease is { } lease) await lease.ReleaseAsync().ConfigureAwait(false);
        try
        {
            if (!IsAbandoned && (TryServeFallback() || IsCompleted))
            {
                var retryAfter = DelayRetry();
                CacheLog.LoadFailedStaleServed(Engine.Log, Call.Policy.Profile.Name, retryAfter, exception);
            }
            else if (!IsAbandoned && IsBackground) CacheLog.BackgroundLoadFailed(Engine.Log, Call.Policy.Profile.Name, exception);
        }
        catch (InvalidOperationException unreadable)
        {
            // Strict, and the stale value is another type's. That was counted as a fault, and those who wait hear of the failure itself.
            CacheLog.BackgroundLoadFailed(Engine.Log, Call.Policy.Profile.Name, unreadable);
        }
        finally
        {
            // Whatever else goes wrong, nobody waits for ever.
            Engine.Flights.Remove(this);
            TryFail(exception, Engine.CountersOf(Call.Policy.Profile).Miss);
        }
    }

    /// <summary>Gives back what a load holds. Whoever made it calls this once, also where it was made in vain.</summary>
    public void End()
    {
        var partition = Engine.Coherence[Call.Key.Partition];
        lock (partition.Lock) partition.Unregister(this);
        _lease?.Dispose();
        Engine.Flights.Remove(this);
    }

    // Kept by the lease, which is asked for next: most loads have none.
    protected override bool Reject(ulong id) => Lease.Reject(id);

    private long KeySequence => _lease?.Head?.Sequence ?? _seen[Call.Key.Partition].Seen;

    private async ValueTask<bool> TryAdoptAsync(RemoteValue found)
    {
        if (!TryRead(found, out var stored, out var verdict)) return false;
        return NeedsAsking(verdict) ? await TryAdoptAsync(stored).ConfigureAwait(false) : TryTake(stored, verdict);
    }

    private async ValueTask<bool> TryAdoptAsync(StoredValue stored)
    {
        await Engine.Marks.LearnAsync([stored.Stamps], Abandoned).ConfigureAwait(false);
        return TryTake(stored, Engine.Coherence.Holds(ProtocolRules.JudgedAgain) ? Judge(stored) : Verdict.Valid);
    }

    /// <summary>Asks for the right to load. Losers serve stale where there is some, else wait for the holder by asking again.</summary>
    private async ValueTask<bool> TryLeaseAsync()
    {
        using var wait = Engine.Waits.Enter(Call.Key.Index);
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause = TimeSpan.FromMilliseconds(Math.Min(250, pause.TotalMilliseconds * 1.7)))
        {
            var reply = await Lease.AskAsync().ConfigureAwait(false);
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
            await wait.WaitAsync(jittered < reply.Remaining ? jittered : reply.Remaining, Engine.Clock.Provider, Abandoned).ConfigureAwait(false);
        }
    }

    /// <summary>Of two that loaded one primary key the first has stored it, and the other takes what is stored.</summary>
    private async ValueTask<bool> TryTakeStoredAsync()
    {
        try
        {
            using var stored = await Engine.Remote.GetAsync(Call.Key, CancellationToken.None).ConfigureAwait(false);
            return stored is { } value && await TryAdoptAsync(value).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Engine.RemoteFailed(exception);
            return false;
        }
    }

    /// <summary>Lets the stale value stand in until the next load may be tried; answers how long that is.</summary>
    private TimeSpan DelayRetry()
    {
        var profile = Call.Policy.Profile;
        var delay = Jitter.Apply(profile.RetryAfterFailureMs, profile.Jitter, Random.Shared.NextDouble());
        if (Fallback is { } entry && Call.WritesLocal)
            Engine.Local.Keep(LocalCopies.StandIn(entry, Engine.Clock.Now + delay), Engine.Coherence[Call.Key.Partition], this);
        return TimeSpan.FromMilliseconds(delay);
    }

    private StampSet Stamps(IReadOnlyList<string> more, string? validator = null) =>
        Engine.Calls.Stamps(Call, more, _seen, _lease?.Head?.Incarnation, validator);
}
