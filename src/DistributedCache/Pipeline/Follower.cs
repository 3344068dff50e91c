using DistributedCache.Coherence;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Keeps this node's partitions in step with the remote tier: the first heads at start, then every message.</summary>
internal sealed class Follower(IRemoteTier remote, CoherenceState coherence) : IRemoteFollower, IAsyncDisposable
{
    private IAsyncDisposable? _following;

    /// <summary>Follows from now on. Messages are heard before the heads are read, so none falls between.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _following = await remote.FollowAsync(this, cancellationToken).ConfigureAwait(false);
        var heads = await remote.ReadHeadsAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < heads.Length; i++)
        {
            if (heads[i] is not { } head) continue;
            var partition = coherence[i];
            lock (partition.Lock)
            {
                // Not adopted where a message has carried the partition past this head meanwhile.
                if (!partition.HasHead || head.Sequence > partition.Applied) partition.Drop(head);
                if (remote.IsLossless) partition.VerifiedAt = long.MaxValue;
            }
        }

        coherence.Verified();
    }

    public void OnInvalidation(Invalidation message)
    {
        var partition = coherence[message.Partition];
        lock (partition.Lock)
        {
            var progress = partition.Apply(message);
            if (progress is Progress.Current or Progress.Old) return;

            // Nothing is lost on a lossless tier: what is not next came before the first head was read.
            partition.Drop(new Head(message.Incarnation, message.Base, message.Sequence, 0));
        }
    }

    public void OnWake(int partition, IReadOnlyList<string> indexes)
    {
    }

    public ValueTask DisposeAsync() => _following?.DisposeAsync() ?? ValueTask.CompletedTask;
}
