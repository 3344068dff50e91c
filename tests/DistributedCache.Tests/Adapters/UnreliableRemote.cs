using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Tests.Adapters;

/// <summary>A remote tier that a test takes away and brings back, and that counts renewals.</summary>
internal sealed class UnreliableRemote(InProcessRemote inner) : IRemoteTier
{
    private IRemoteTier Tier => IsAway ? throw new IOException("The tier is away.") : inner;

    private IRemoteTier Always => inner;

    public bool IsAway { get; set; }

    public int Renewals { get; private set; }

    public int Partitions => Always.Partitions;

    public bool HoldsValues => Always.HoldsValues;

    public bool IsShared => Always.IsShared;

    public bool IsLossless => Always.IsLossless;

    public ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken) => Tier.FollowAsync(follower, cancellationToken);

    public ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken) =>
        Tier.RegisterAsync(versions, withMarks, cancellationToken);

    public ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken) => Tier.ReadHeadsAsync(cancellationToken);

    public ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) =>
        Tier.BeginIncarnationAsync(partition, incarnation, known, cancellationToken);

    public ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken) => Tier.TouchAsync(partition, known, cancellationToken);

    public ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        Tier.ReadLogAsync(partition, after, cancellationToken);

    public ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        Tier.LeaseManyAsync(partition, keys, tokens, known, cancellationToken);

    public ValueTask<bool[]> FillManyAsync(int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        Tier.FillManyAsync(partition, writes, tokens, cancellationToken);

    public ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) => Tier.ReadMarksAsync(partition, marks, cancellationToken);

    public ValueTask<Invalidation> InvalidateAsync(int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) =>
        Tier.InvalidateAsync(partition, kind, keys, known, cancellationToken);

    public ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) => Tier.InvalidateAsync(partition, mark, known, cancellationToken);

    public ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) => Tier.SetAsync(partition, writes, known, cancellationToken);

    public ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken) => Tier.GetAsync(key, cancellationToken);

    public ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) => Tier.GetManyAsync(keys, cancellationToken);

    public ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) => Tier.LeaseAsync(key, token, rejectedId, known, cancellationToken);

    public ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) => Tier.ExtendAsync(key, token, cancellationToken);

    public ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken) => Tier.ReleaseAsync(key, token, cancellationToken);

    public ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) => Tier.FillAsync(write, token, cancellationToken);

    public ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) => Tier.SetPrimaryAsync(write, onlyIfAbsent, known, cancellationToken);

    public ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        Renewals++;
        return Tier.RenewAsync(key, timeToLive, cancellationToken);
    }
}
