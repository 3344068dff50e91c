using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Pipeline;
using DistributedCache.Queue;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>How a node writes, and the library's own queue of what the tier did not take.</summary>
internal sealed class SimulatedWriter(World world, int number, SimulatedNode node)
{
    private const int MaximumAttempts = 3, MaximumQueued = 4;

    private readonly PendingInvalidations _queue = new(node.Coherence, MaximumQueued);
    private readonly bool[] _isSending = new bool[World.Partitions];

    /// <summary>Keys and marks that wait.</summary>
    public int Queued => _queue.Length;

    /// <summary>Removes, expires or sets a key.</summary>
    public IEnumerable<Action> Write(string key, InvalidationKind kind)
    {
        var at = World.PartitionOf(key);
        var (partition, began) = (node.Coherence[at], world.Now);

        // A Set that overlaps with something else may come after it: its value is the newest when it is stored.
        var isSet = kind == InvalidationKind.Set;
        var version = isSet ? 0 : Change(key);
        var known = partition.Known;
        var seen = node.Coherence.Snapshot();
        var pending = new WrittenKey(key);
        partition.Register(pending);
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            Invalidation? message = null;
            Head head = default;
            var isAnswered = false;
            if (isSet)
            {
                yield return () => isAnswered = world.Send(at, tier =>
                {
                    (message, head, version) = tier.Set(key, SimulatedNode.Stamps(key, seen), known);
                    if (message is not null) node.Coherence.Version.Source.Raise(message.Source);
                });
            }
            else
            {
                known = partition.Known;
                yield return () => isAnswered = world.Send(at, tier => message = tier.Invalidate(kind, key, known));
            }

            if (!isAnswered)
            {
                // A Set is not stored later: what it was to store may be old by then.
                kind = isSet ? InvalidationKind.Remove : kind;
                Queue(new QueuedInvalidation(at, kind, [new CacheKey(KeyKind.Cached, "", key, key, "", at)], default), (key, isSet ? Change(key) : version));
                break;
            }

            if (message is null)
            {
                known = new Known(head.Incarnation, head.Sequence);
                continue;
            }

            var isLost = new bool[1];
            foreach (var step in node.Following.Acknowledge(message, isLost)) yield return step;
            if (isLost[0]) continue;
            world.Promises.Acknowledged(number, message, key, version);
            if (isSet) node.Keep(key, pending, version, new StampSet(new StampOrigin("", at, message.Incarnation, seen[at].Generation, IsOwn: true, Hold: seen.Hold), SimulatedNode.Stamps(key, seen)), message.Sequence, began);
            break;
        }

        partition.Unregister(pending);
    }

    /// <summary>Invalidates a tag or everything.</summary>
    public IEnumerable<Action> Invalidate(Mark mark, int at)
    {
        (string Key, int Version)[] changed = [.. World.Keys.Where(key => mark.IsClear ? World.PartitionOf(key) == at : World.MarksOf(key).Contains(mark)).Select(key => (key, Change(key)))];
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            Invalidation? message = null;
            var known = node.Coherence[at].Known;
            var isAnswered = false;
            yield return () => isAnswered = world.Send(at, tier => message = tier.Invalidate(mark, known));
            if (!isAnswered)
            {
                Queue(QueuedInvalidation.Of(at, mark), changed);
                break;
            }

            var isLost = new bool[1];
            foreach (var step in node.Following.Acknowledge(message!, isLost)) yield return step;
            if (isLost[0]) continue;
            foreach (var (key, version) in changed) world.Promises.Acknowledged(number, message!, key, version);
            break;
        }
    }

    /// <summary>Sends what waits for a partition, as far as it is taken.</summary>
    public IEnumerable<Action> Send(int at)
    {
        if (_isSending[at]) yield break;
        _isSending[at] = true;
        try
        {
            while (_queue.Send(at) is { } next)
            {
                var (until, known, message, isAnswered) = (world.Promises.LastQueued, node.Coherence[at].Known, default(Invalidation), false);
                yield return () => isAnswered = world.Send(at, tier => message = next.Kind == InvalidationKind.Mark
                    ? tier.Invalidate(next.Mark, known)
                    : tier.Invalidate(next.Kind, next.Keys[0].Index, known));
                if (!isAnswered) yield break;
                var isLost = new bool[1];
                foreach (var step in node.Following.Acknowledge(message!, isLost)) yield return step;
                if (isLost[0]) yield break;
                if (_queue.TryRemove(next)) world.Promises.Sent(number, next, message!, until);
            }
        }
        finally
        {
            _isSending[at] = false;
        }
    }

    /// <summary>Commits the key's next version, and asks that loads which know of what follows read no older one.</summary>
    private int Change(string key)
    {
        var version = world.Source.Change(key);
        node.Coherence.Version.Source.Raise(world.Source.Commit);
        return version;
    }

    private void Queue(QueuedInvalidation queued, params (string Key, int Version)[] changed)
    {
        _queue.TryAdd(queued, out var collapsed);
        world.Story?.Add($"node {number} queues {queued.Kind} {string.Join(',', queued.Keys.Select(static key => key.Name))}{queued.Mark.Name}{(collapsed > 0 ? ", and all becomes a clear" : "")}");
        foreach (var (key, version) in changed) world.Promises.Queued(number, queued, key, version);
        if (collapsed > 0) world.Promises.Collapsed(number);
    }
}
