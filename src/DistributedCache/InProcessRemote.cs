using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Remote;
using DistributedCache.Remote.InProcess;

namespace DistributedCache;

/// <summary>A remote tier in memory, for tests: caches in one process that are given the same one behave as nodes of one cluster.</summary>
/// <remarks>It loses nothing and is never away. Every cache has one of its own, without values, where no other tier is configured.
/// All members are thread-safe; it holds nothing to dispose.</remarks>
public sealed class InProcessRemote : IRemoteTier
{
    private readonly InProcessPartition[] _partitions;
    private readonly Lock _lock = new();
    private readonly Settings _settings;
    private volatile IRemoteFollower[] _followers = [];

    /// <summary>Makes a tier that several caches may share.</summary>
    /// <param name="holdsValues">Whether it keeps entries, as a Redis would, or tells its caches of invalidations alone. Default true.</param>
    /// <param name="partitions">How many partitions it has; 1 to 16,384, default 64.</param>
    /// <param name="timeProvider">Where its time comes from; null: the system's.</param>
    public InProcessRemote(bool holdsValues = true, int partitions = 64, TimeProvider? timeProvider = null)
        : this(holdsValues, isShared: true, new Partitioner(partitions).Partitions, 32_768, 10_000, timeProvider ?? TimeProvider.System)
    {
    }

    internal InProcessRemote(bool holdsValues, bool isShared, int partitions, int maximumMarks, long leaseMilliseconds, TimeProvider timeProvider)
    {
        HoldsValues = holdsValues;
        IsShared = isShared;
        _settings = new Settings(holdsValues, maximumMarks, leaseMilliseconds, new CacheClock(timeProvider));
        _partitions = new InProcessPartition[partitions];
        for (var i = 0; i < partitions; i++) _partitions[i] = new InProcessPartition(i, _settings, Publish, Wake);
    }

    int IRemoteTier.Partitions => _partitions.Length;

    /// <summary>Whether it keeps entries.</summary>
    public bool HoldsValues { get; }

    internal bool IsShared { get; }

    bool IRemoteTier.IsShared => IsShared;

    bool IRemoteTier.IsLossless => true;

    ValueTask<IAsyncDisposable> IRemoteTier.FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken)
    {
        lock (_lock) _followers = [.. _followers, follower];
        return ValueTask.FromResult<IAsyncDisposable>(new Following(this, follower));
    }

    ValueTask<MarksReply?[]> IRemoteTier.RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Array.ConvertAll(_partitions, static p => (MarksReply?)new MarksReply(p.Head, [])));

    ValueTask<Head?[]> IRemoteTier.ReadHeadsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Array.ConvertAll(_partitions, static p => (Head?)p.Head));

    ValueTask<Head> IRemoteTier.TouchAsync(int partition, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[partition].Head);

    ValueTask<Head> IRemoteTier.BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[partition].Begin(incarnation));

    // Nothing is lost here, so nobody asks; the empty log says that all was trimmed.
    ValueTask<IReadOnlyList<Invalidation>> IRemoteTier.ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Invalidation>>([]);

    ValueTask<MarksReply> IRemoteTier.ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[partition].ReadMarks(marks));

    ValueTask<Invalidation> IRemoteTier.InvalidateAsync(
        int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(At(partition, known).Invalidate(kind, keys));

    ValueTask<Invalidation> IRemoteTier.InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(At(partition, known).Invalidate(mark));

    ValueTask<SetReply> IRemoteTier.SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(At(partition, known).Set(writes));

    ValueTask<RemoteValue?> IRemoteTier.GetAsync(CacheKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[key.Partition].Get(key));

    ValueTask<RemoteValue?[]> IRemoteTier.GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) =>
        ValueTask.FromResult<RemoteValue?[]>([.. keys.Select(k => _partitions[k.Partition].Get(k))]);

    ValueTask<LeaseReply> IRemoteTier.LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[key.Partition].Ask(key, token, rejectedId));

    ValueTask<bool> IRemoteTier.ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[key.Partition].Extend(key, token));

    ValueTask IRemoteTier.ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken)
    {
        _partitions[key.Partition].Release(key, token);
        return ValueTask.CompletedTask;
    }

    ValueTask<bool> IRemoteTier.FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_partitions[write.Key.Partition].Fill(write, token));

    ValueTask<LeaseReply[]> IRemoteTier.LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult<LeaseReply[]>([.. keys.Zip(tokens, (key, token) => _partitions[partition].Ask(key, token, rejectedId: 0))]);

    ValueTask<bool[]> IRemoteTier.FillManyAsync(
        int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        ValueTask.FromResult<bool[]>([.. writes.Zip(tokens, (write, token) => _partitions[partition].Fill(write, token))]);

    ValueTask<PrimaryReply> IRemoteTier.SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) =>
        ValueTask.FromResult(At(write.Key.Partition, known).SetPrimary(write, onlyIfAbsent));

    ValueTask IRemoteTier.RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        _partitions[key.Partition].Renew(key, timeToLive);
        return ValueTask.CompletedTask;
    }

    private InProcessPartition At(int partition, Known known)
    {
        _settings.Source.Raise(known.Source);
        return _partitions[partition];
    }

    private void Publish(Invalidation message)
    {
        foreach (var follower in _followers) follower.OnInvalidation(message);
    }

    private void Wake(int partition, string index)
    {
        foreach (var follower in _followers) follower.OnWake(partition, [index]);
    }

    internal sealed record Settings(bool HoldsValues, int MaximumMarks, long LeaseMilliseconds, CacheClock Clock)
    {
        public SourceFloor Source { get; } = new();

        public long Now => Clock.Now;

        public long UtcNow => Clock.UtcNow;
    }

    private sealed class Following(InProcessRemote remote, IRemoteFollower follower) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (remote._lock) remote._followers = [.. remote._followers.Where(f => f != follower)];
            return ValueTask.CompletedTask;
        }
    }
}
