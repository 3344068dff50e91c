using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Tests.Remote;

/// <summary>A tier that passes on what it is told to, and fails everything else.</summary>
internal sealed class FailingRemote(IRemoteTier inner, Func<string, bool> fails, bool? isLossless = null) : IRemoteTier
{
    /// <summary>Takes the place of reading an entry, also as one of many.</summary>
    public Func<CacheKey, ValueTask<RemoteValue?>>? Read { get; set; }

    /// <summary>Takes the place of asking for a lease.</summary>
    public Func<CacheKey, ValueTask<LeaseReply>>? Ask { get; set; }

    /// <summary>The groups of partitions.</summary>
    public Func<int, int> Groups { get; set; } = inner.GroupOf;

    /// <summary>Which failures are answers.</summary>
    public Func<Exception, bool> Answers { get; set; } = inner.IsAnswer;

    /// <summary>What becomes of the heads that were read.</summary>
    public Func<Head?[], Head?[]> Heads { get; set; } = static heads => heads;

    public int Partitions => inner.Partitions;

    public bool HoldsValues => inner.HoldsValues;

    public bool IsShared => true;

    public bool IsLossless => isLossless ?? inner.IsLossless;

    public int GroupOf(int partition) => Groups(partition);

    public bool IsAnswer(Exception failure) => Answers(failure);

    public ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken) =>
        Try("Follow", () => inner.FollowAsync(follower, cancellationToken));

    public ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken) =>
        Try("Register", () => inner.RegisterAsync(versions, withMarks, cancellationToken));

    public ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken) =>
        Try("ReadHeads", async ValueTask<Head?[]> () => Heads(await inner.ReadHeadsAsync(cancellationToken)));

    public ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken) =>
        Try("Touch", () => inner.TouchAsync(partition, known, cancellationToken));

    public ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) =>
        Try("BeginIncarnation", () => inner.BeginIncarnationAsync(partition, incarnation, known, cancellationToken));

    public ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        Try("ReadLog", () => inner.ReadLogAsync(partition, after, cancellationToken));

    public ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        Try("LeaseMany", () => inner.LeaseManyAsync(partition, keys, tokens, known, cancellationToken));

    public ValueTask<bool[]> FillManyAsync(int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        Try("FillMany", () => inner.FillManyAsync(partition, writes, tokens, cancellationToken));

    public ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) =>
        Try("ReadMarks", () => inner.ReadMarksAsync(partition, marks, cancellationToken));

    public ValueTask<Invalidation> InvalidateAsync(int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) =>
        Try("Invalidate", () => inner.InvalidateAsync(partition, kind, keys, known, cancellationToken));

    public ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) =>
        Try("Invalidate", () => inner.InvalidateAsync(partition, mark, known, cancellationToken));

    public ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) =>
        Try("Set", () => inner.SetAsync(partition, writes, known, cancellationToken));

    public ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken) => Read is not null ? Read(key) : Try("Get", () => inner.GetAsync(key, cancellationToken));

    public ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken) =>
        Read is not null ? new(Task.WhenAll(keys.Select(key => Read(key).AsTask()))) : Try("GetMany", () => inner.GetManyAsync(keys, cancellationToken));

    public ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) =>
        Ask is not null ? Ask(key) : Try("Lease", () => inner.LeaseAsync(key, token, rejectedId, known, cancellationToken));

    public ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) => Try("Extend", () => inner.ExtendAsync(key, token, cancellationToken));

    public ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        fails("Release") ? ValueTask.FromException(Away()) : inner.ReleaseAsync(key, token, cancellationToken);

    public ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) => Try("Fill", () => inner.FillAsync(write, token, cancellationToken));

    public ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) =>
        Try("SetPrimary", () => inner.SetPrimaryAsync(write, onlyIfAbsent, known, cancellationToken));

    public ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        fails("Renew") ? ValueTask.FromException(Away()) : inner.RenewAsync(key, timeToLive, cancellationToken);

    // One that is an InvalidOperationException, as a client's is when it was disposed.
    private static ObjectDisposedException Away() => new("the tier");

    // Every other failure comes at once, and every other one later.
    private async ValueTask<T> Try<T>(string step, Func<ValueTask<T>> call)
    {
        if (!fails(step)) return await call();
        if (step.Length % 2 == 0) await Task.Yield();
        throw Away();
    }
}
