using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Resilience;

/// <summary>A remote tier whose every call ends within a time limit, and is refused at once while its group of partitions is away.</summary>
/// <remarks>Calls to all partitions at once have the time limit alone: they answer for each partition whether it is there.</remarks>
internal sealed class ResilientRemote : IRemoteTier
{
    /// <summary>The whole tier, where it is reported beside its groups.</summary>
    private const int All = -1;

    /// <summary>The part of the time limit after which calls to all partitions answer for those that have answered.</summary>
    private const double AnswerShare = 0.75;

    private readonly IRemoteTier _inner;
    private readonly FaultReports _faults;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly ConcurrentDictionary<int, RemoteGroup> _groups = new();
    private readonly Func<int, RemoteGroup> _makeGroup;
    private readonly ConcurrentDictionary<Type, object> _waits = new();
    private readonly BoundedWait<RemoteValue?>.Pool _reads;

    private ResilientRemote(IRemoteTier inner, TimeSpan limit, TimeProvider time, FaultReports faults)
    {
        _inner = inner;
        _faults = faults;
        _time = time;
        _limit = limit;
        _makeGroup = number => new RemoteGroup(time, number, inner.IsAnswer, faults.RemoteIs);
        _reads = Pool<RemoteValue?>(static late => late?.Dispose());
        Pool<RemoteValue?[]>(static late =>
        {
            foreach (var value in late) value?.Dispose();
        });
        Pool<LeaseReply>(static late => late.Entry?.Dispose());
        Pool<LeaseReply[]>(static late =>
        {
            foreach (var reply in late) reply.Entry?.Dispose();
        });
        Pool<IAsyncDisposable>(static late => _ = EndAsync(late));
    }

    public int Partitions => _inner.Partitions;

    public bool HoldsValues => _inner.HoldsValues;

    public bool IsShared => _inner.IsShared;

    public bool IsLossless => _inner.IsLossless;

    /// <summary>The tier itself where it can't be away.</summary>
    public static IRemoteTier Over(IRemoteTier inner, TimeSpan limit, TimeProvider time, FaultReports faults) =>
        inner.IsLossless ? inner : new ResilientRemote(inner, limit, time, faults);

    public int GroupOf(int partition) => _inner.GroupOf(partition);

    public bool IsAnswer(Exception failure) => _inner.IsAnswer(failure);

    /// <summary>What comes of it says nothing of the tier: whom it follows may have yet to appear.</summary>
    public ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken) =>
        Waits<IAsyncDisposable>().WaitAsync(_inner.FollowAsync(follower, cancellationToken), cancellationToken);

    public ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken) =>
        AllAsync((v, stop) => _inner.RegisterAsync(v, withMarks, stop), versions, cancellationToken);

    /// <summary>What has a head is there, and so is its group: callers need not wait until one of them may try.</summary>
    public async ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken)
    {
        var heads = await AllAsync(static (inner, stop) => inner.ReadHeadsAsync(stop), _inner, cancellationToken).ConfigureAwait(false);
        for (var partition = 0; partition < heads.Length; partition++)
        {
            if (heads[partition] is not null) await GroupWith(partition).CloseAsync().ConfigureAwait(false);
        }

        return heads;
    }

    public ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, known), static (s, stop) => s._inner.TouchAsync(s.partition, s.known, stop), cancellationToken);

    public ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, incarnation, known), static (s, stop) => s._inner.BeginIncarnationAsync(s.partition, s.incarnation, s.known, stop), cancellationToken);

    public ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, after), static (s, stop) => s._inner.ReadLogAsync(s.partition, s.after, stop), cancellationToken);

    public ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, marks), static (s, stop) => s._inner.ReadMarksAsync(s.partition, s.marks, stop), cancellationToken);

    public ValueTask<Invalidation> InvalidateAsync(
        int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, kind, keys, known), static (s, stop) => s._inner.InvalidateAsync(s.partition, s.kind, s.keys, s.known, stop), cancellationToken);

    public ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, mark, known), static (s, stop) => s._inner.InvalidateAsync(s.partition, s.mark, s.known, stop), cancellationToken);

    public ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, writes, known), static (s, stop) => s._inner.SetAsync(s.partition, s.writes, s.known, stop), cancellationToken);

    public ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken)
    {
        // The one call that is made for every hit of the tier: no method of ours waits for it in between.
        var group = GroupWith(key.Partition);
        if (!group.IsClosed) return RunAsync(key.Partition, (_inner, key), static (s, stop) => s._inner.GetAsync(s.key, stop), cancellationToken);
        ValueTask<RemoteValue?> call;
        try
        {
            call = _inner.GetAsync(key, cancellationToken);
        }
        catch (Exception exception)
        {
            call = ValueTask.FromException<RemoteValue?>(exception);
        }

        return call.IsCompleted && !call.IsCompletedSuccessfully
            ? RunAsync(key.Partition, call, static (failed, _) => failed, cancellationToken)
            : _reads.WaitAsync(call, cancellationToken, group);
    }

    public ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) =>
        RunAsync(keys[0].Partition, (_inner, keys), static (s, stop) => s._inner.GetManyAsync(s.keys, stop), cancellationToken);

    public ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) =>
        RunAsync(key.Partition, (_inner, key, token, rejectedId, known), static (s, stop) => s._inner.LeaseAsync(s.key, s.token, s.rejectedId, s.known, stop), cancellationToken);

    public ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        RunAsync(key.Partition, (_inner, key, token), static (s, stop) => s._inner.ExtendAsync(s.key, s.token, stop), cancellationToken);

    public async ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        await RunAsync(key.Partition, (_inner, key, token), static (s, stop) => Done(s._inner.ReleaseAsync(s.key, s.token, stop)), cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) =>
        RunAsync(write.Key.Partition, (_inner, write, token), static (s, stop) => s._inner.FillAsync(s.write, s.token, stop), cancellationToken);

    public ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, keys, tokens, known), static (s, stop) => s._inner.LeaseManyAsync(s.partition, s.keys, s.tokens, s.known, stop), cancellationToken);

    public ValueTask<bool[]> FillManyAsync(
        int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        RunAsync(partition, (_inner, partition, writes, tokens), static (s, stop) => s._inner.FillManyAsync(s.partition, s.writes, s.tokens, stop), cancellationToken);

    public ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) =>
        RunAsync(write.Key.Partition, (_inner, write, onlyIfAbsent, known), static (s, stop) => s._inner.SetPrimaryAsync(s.write, s.onlyIfAbsent, s.known, stop), cancellationToken);

    public async ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await RunAsync(key.Partition, (_inner, key, timeToLive), static (s, stop) => Done(s._inner.RenewAsync(s.key, s.timeToLive, stop)), cancellationToken).ConfigureAwait(false);

    private RemoteGroup GroupWith(int partition) => _groups.GetOrAdd(_inner.GroupOf(partition), _makeGroup);

    private static async ValueTask<bool> Done(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return true;
    }

    private static async Task EndAsync(IAsyncDisposable late)
    {
        try
        {
            await late.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nobody follows any more: there is nobody to tell.
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunAsync<TState, T>(int partition, TState state, Func<TState, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var group = GroupWith(partition);
        var waits = Waits<T>();
        if (!group.IsClosed)
        {
            // Without the caller's token: a probe that was given up would pass for one that went well.
            var probe = group.ProbeAsync(static (s, stop) => s.waits.WaitAsync(s.call(s.state, stop), stop), (waits, call, state), CancellationToken.None);
            return await waits.WaitAsync(probe, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var answer = await waits.WaitAsync(call(state, cancellationToken), cancellationToken).ConfigureAwait(false);
            await group.NoteAsync(null).ConfigureAwait(false);
            return answer;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await group.NoteAsync(exception).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<T> AllAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellationToken)
    {
        // Told a while before the limit that it is time to answer for those partitions that have: one that hangs does not stand for all.
        using var soon = new CancellationTokenSource(_limit * AnswerShare, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellationToken);
        try
        {
            var answer = await Waits<T>().WaitAsync(call(state, ending.Token), cancellationToken).ConfigureAwait(false);
            _faults.RemoteIs(isAway: false, All);
            return answer;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _faults.RemoteIs(isAway: true, All, exception);
            throw;
        }
    }

    private BoundedWait<T>.Pool Waits<T>() => typeof(T) == typeof(RemoteValue?)
        ? (BoundedWait<T>.Pool)(object)_reads
        : (BoundedWait<T>.Pool)_waits.GetOrAdd(typeof(T), static (_, self) => new BoundedWait<T>.Pool(self._time, self._limit), this);

    private BoundedWait<T>.Pool Pool<T>(Action<T> giveBack)
    {
        var pool = new BoundedWait<T>.Pool(_time, _limit, giveBack);
        _waits[typeof(T)] = pool;
        return pool;
    }
}
