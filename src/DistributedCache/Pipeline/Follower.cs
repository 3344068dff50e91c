using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Flights;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Keeps this node's partitions in step with the remote tier: the first heads at start, then every message, and, where messages
/// can be lost, a heartbeat.</summary>
internal sealed class Follower : IRemoteFollower, IAsyncDisposable
{
    private readonly IRemoteTier _remote;
    private readonly CoherenceState _coherence;
    private readonly LeaseWaits _waits;
    private readonly CatchUps _catchUps;
    private readonly Heartbeat _heartbeat;
    private readonly Action _returned;
    private IAsyncDisposable? _following;

    /// <param name="remote">The tier.</param>
    /// <param name="coherence">What is kept in step.</param>
    /// <param name="waits">Who waits for a lease.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="versions">The versions this node reads and writes now.</param>
    /// <param name="overlap">Looks at the other versions there are.</param>
    /// <param name="failed">Told of the tier's failures.</param>
    /// <param name="returned">Told when servers that were away have answered again, and what they have was compared.</param>
    public Follower(
        IRemoteTier remote,
        CoherenceState coherence,
        LeaseWaits waits,
        CacheClock clock,
        Func<IReadOnlyList<string>> versions,
        VersionOverlap overlap,
        Action<Exception> failed,
        Action returned)
    {
        (_remote, _coherence, _waits, _returned) = (remote, coherence, waits, returned);
        _catchUps = new CatchUps(remote, coherence, clock, failed);
        _heartbeat = new Heartbeat(remote, coherence, _catchUps, clock, FollowAsync, versions, overlap, failed);
    }

    /// <summary>Follows from now on. Messages are heard before the heads are read, so none falls between.</summary>
    /// <param name="period">How often the heads are compared, where messages can be lost.</param>
    public async ValueTask StartAsync(TimeSpan period)
    {
        if (!_remote.IsLossless)
        {
            _heartbeat.Start(period);
            await _heartbeat.BeatAsync().ConfigureAwait(false);
            return;
        }

        await FollowAsync(CancellationToken.None).ConfigureAwait(false);
        var heads = await _remote.ReadHeadsAsync(CancellationToken.None).ConfigureAwait(false);
        for (var i = 0; i < heads.Length; i++)
        {
            if (heads[i] is not { } head) continue;
            var partition = _coherence[i];
            lock (partition.Lock)
            {
                // Not adopted where a message has carried the partition past this head meanwhile.
                if (!partition.HasHead || head.Sequence > partition.Applied) partition.Drop(head);
                partition.VerifiedAt = long.MaxValue;
            }
        }

        _coherence.Verified();
    }

    public void OnInvalidation(Invalidation message)
    {
        var partition = _coherence[message.Partition];
        bool isMissing;
        lock (partition.Lock)
        {
            var progress = partition.Apply(message);

            // Nothing is lost on a lossless tier: what is not next came before the first head was read.
            if (_remote.IsLossless && progress is Progress.Behind or Progress.Foreign)
                partition.Drop(new Head(message.Incarnation, message.Base, message.Sequence, 0));
            isMissing = partition.HasHead && partition.Missed.Any;
        }

        if (isMissing) CatchUp(message.Partition);

        // It has voided the keys' leases.
        OnWake(message.Partition, message.Indexes);
    }

    public void OnGap(int partition)
    {
        var state = _coherence[partition];
        lock (state.Lock)
        {
            // Whose first head is still to be read has missed nothing.
            if (!state.HasHead) return;
            state.Missed.Note(Progress.Behind, state.Applied);
        }

        CatchUp(partition);
    }

    public void OnReturn() => _ = ReturnAsync();

    public void OnWake(int partition, IReadOnlyList<string> indexes)
    {
        foreach (var index in indexes) _waits.Wake(index);
    }

    /// <summary>Looks for what a partition misses, behind the caller.</summary>
    public void CatchUp(int partition) => _ = CatchUpAsync(partition);

    /// <summary>The same, waited for. Never fails.</summary>
    public Task CatchUpAsync(int partition) => _catchUps.Begin(partition);

    /// <summary>Reads a partition's head now and follows it there; false where that is not reached. Fails where the tier does.</summary>
    public Task<bool> SyncAsync(int partition) => _remote.IsLossless ? Task.FromResult(true) : _catchUps.SyncAsync(partition);

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync().ConfigureAwait(false);
        if (_following is { } following) await following.DisposeAsync().ConfigureAwait(false);
        await _catchUps.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReturnAsync()
    {
        await _heartbeat.BeatAnewAsync().ConfigureAwait(false);
        _returned();
    }

    private async Task FollowAsync(CancellationToken cancellationToken) =>
        _following ??= await _remote.FollowAsync(this, cancellationToken).ConfigureAwait(false);
}
