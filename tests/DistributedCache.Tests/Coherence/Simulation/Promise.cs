using DistributedCache.Coherence;
using DistributedCache.Queue;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>What a caller was told: from now on no older version of a key is served, or, where it was expired, none as fresh.</summary>
internal sealed class Promise(int node, string key, int version, long commit, bool isExpiry, long order)
{
    /// <summary>The node whose caller it is; -1 once he is gone.</summary>
    public int Node => IsOwn ? node : -1;

    public bool IsOwn { get; set; } = true;

    public string Key => key;

    public int Version => version;

    /// <summary>The commit of the version: where loads may not know of it, they may read an older one.</summary>
    public long Commit => commit;

    /// <summary>Whether an older version may stand in for a load that fails.</summary>
    public bool IsExpiry => isExpiry;

    /// <summary>The step in which its caller was told.</summary>
    public long Order => order;

    /// <summary>When it began to hold for all; <see cref="long.MaxValue"/> while it is queued, and holds on its own node alone.</summary>
    public long Time { get; private set; } = long.MaxValue;

    /// <summary>What it got its number with; null while it is queued.</summary>
    public Invalidation? Message { get; private set; }

    /// <summary>What waits to be sent, and its place among all that was queued.</summary>
    public (QueuedInvalidation What, long Place)? Queued { get; init; }

    /// <summary>Whether a clear of everything has taken its place.</summary>
    public bool IsCollapsed { get; set; }

    public void Number(Invalidation message, long time) => (Message, Time) = (message, time);

    /// <summary>Whether a partition has forgotten it. One that begins a new incarnation has forgotten what it invalidated too.</summary>
    public bool IsLostIn(Head head) => Message is { } message && head.Incarnation > 0 && (message.Incarnation > head.Incarnation
        || (message.Incarnation == head.Incarnation && !(head.Eras!.EndOf(message.Base, head.Sequence) >= message.Sequence)));

    /// <summary>Whether it is what was sent, or something that a clear which took its place says as well.</summary>
    public bool IsKeptBy(QueuedInvalidation sent)
    {
        if (Queued?.What is not { } queued) return false;
        if (IsCollapsed) return sent.Kind == InvalidationKind.Mark && sent.Mark.IsClear && World.PartitionOf(key) == sent.Partition;
        if (sent.Kind == InvalidationKind.Mark) return queued.Kind == InvalidationKind.Mark ? queued.Mark == sent.Mark : sent.Mark.IsClear && queued.Partition == sent.Partition;
        return queued.Kind != InvalidationKind.Mark && sent.Keys[0].Index == key && (isExpiry || sent.Kind == InvalidationKind.Remove);
    }

    public override string ToString() => Message is { } message
        ? $"node {node} was told at {Time} that version {version} is to be seen ({message.Kind} {message.Sequence} of {message.Incarnation}/{message.Base} in partition {message.Partition})"
        : $"node {node} was told that version {version} is to be seen there, and that the rest waits ({Queued!.Value.What.Kind})";
}
