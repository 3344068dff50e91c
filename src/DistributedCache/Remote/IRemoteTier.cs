using DistributedCache.Coherence;
using DistributedCache.Keys;

namespace DistributedCache.Remote;

/// <summary>What a remote tier (L2) must promise.</summary>
/// <remarks>
/// <para>It keeps, for each partition, a dense sequence of invalidations, and, if it <see cref="HoldsValues"/>, the entries. Every
/// member that names a partition or a key is one atomic step of that partition; its order is the only order.</para>
/// <para>A member fails by an exception: the tier is away, and nothing is known of whether the step was done.</para>
/// </remarks>
internal interface IRemoteTier
{
    /// <summary>How many partitions it has.</summary>
    int Partitions { get; }

    /// <summary>Whether entries live here, or coherence alone.</summary>
    bool HoldsValues { get; }

    /// <summary>Whether other processes share it, so that what it acknowledges holds for them too.</summary>
    bool IsShared { get; }

    /// <summary>Whether every message reaches every follower, in order and before the step that sent it returns: then there is nothing
    /// to verify.</summary>
    bool IsLossless { get; }

    /// <summary>The group of partitions that are away together, such as those of one server: a small number from zero; 0 for all where that is not known.</summary>
    int GroupOf(int partition) => 0;

    /// <summary>Whether a failure is the tier's own answer, such as that it has no room: it is there, whatever became of the step.</summary>
    bool IsAnswer(Exception failure) => false;

    /// <summary>What a failure is of and why, in a few words for a log: no stack, and nothing of the keys.</summary>
    string Describe(Exception failure) => failure.Message;

    /// <summary>Follows every partition: each numbered invalidation from now on is handed to the follower.</summary>
    ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken);

    /// <summary>Announces the versions this node reads and writes in every partition, beginning an incarnation or era where one is due:
    /// from then on invalidations reach their entries too. Before the first read of an entry, and every ten minutes.</summary>
    /// <param name="versions">The versions.</param>
    /// <param name="withMarks">Whether to answer a partition's marks with its head, where they are few enough to be read whole.</param>
    /// <param name="cancellationToken">Ends the wait: what has not answered by then has not answered.</param>
    /// <returns>For each partition what it has; null where its server did not answer.</returns>
    ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken);

    /// <summary>Reads every partition's head: the heartbeat. Null where its server did not answer until the token ended the wait, or has
    /// none: that is to be touched.</summary>
    ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken);

    /// <summary>Begins an incarnation or era in a partition where one is due, and answers its head.</summary>
    ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken);

    /// <summary>Begins a new incarnation in a partition that is still in that one: nothing cached before is valid then. Announces in it what
    /// this node has registered.</summary>
    /// <returns>The head.</returns>
    ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken);

    /// <summary>Reads a partition's log after a number, oldest first. It may begin later than asked: what lay between was trimmed.</summary>
    ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken);

    /// <summary>Reads what a partition knows of marks, with its head of the same moment.</summary>
    ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken);

    /// <summary>Removes or expires keys of one partition (at most 256): one number for all. Deletes their entries of every version in use
    /// and voids their leases, or marks the entries stale; as a set it says no more than that primary values were stored.</summary>
    ValueTask<Invalidation> InvalidateAsync(
        int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken);

    /// <summary>Invalidates a tag, a prefix or everything in a partition, in O(1).</summary>
    ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken);

    /// <summary>Stores entries of one partition (at most 256) that a caller set, under one new number which becomes their key stamp.
    /// Each is refused unless nothing of its key was invalidated after <paramref name="known"/>. Where there is no room, all are removed.</summary>
    ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken);

    /// <summary>Reads an entry's bytes; null where there is none. The caller disposes it.</summary>
    ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken);

    /// <summary>Reads the bytes of entries of one partition; null where there is none. The caller disposes each.</summary>
    ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken);

    /// <summary>Asks for the right to load a key. Answers an entry if there is another than the rejected one, fresh and not cleared;
    /// else grants a lease, or says how long its holder has.</summary>
    ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken);

    /// <summary>Prolongs a lease; false where it is no longer that token's.</summary>
    ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken);

    /// <summary>Gives a lease back without filling.</summary>
    ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken);

    /// <summary>Stores what a load brought, only if its lease is still that token: an invalidation since has voided it.</summary>
    ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken);

    /// <summary><see cref="LeaseAsync"/> for keys of one partition (at most 256), each judged alone; answers in their order.</summary>
    ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken);

    /// <summary><see cref="FillAsync"/> for entries of one partition (at most 256), each judged alone; answers in their order.</summary>
    ValueTask<bool[]> FillManyAsync(
        int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken);

    /// <summary>Stores a primary value, or with no envelope removes it, numbered so that other nodes' L1 follow; with
    /// <paramref name="onlyIfAbsent"/> false comes back where another was there first.</summary>
    ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken);

    /// <summary>Renews the time a sliding primary value has left.</summary>
    ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken);
}
