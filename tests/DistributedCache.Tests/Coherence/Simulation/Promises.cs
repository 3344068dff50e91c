using DistributedCache.Coherence;
using DistributedCache.Queue;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>A promise that was broken, and where.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>All that callers were told, held against all that is served.</summary>
internal sealed class Promises(World world)
{
    private readonly List<Promise> _promises = [];
    private readonly Doubt[] _doubts = [.. Enumerable.Range(0, World.Partitions).Select(static _ => new Doubt())];

    /// <summary>The place of the last promise that was queued.</summary>
    public long LastQueued { get; private set; }

    /// <summary>A caller is told that what was written is done: from now on it must be seen.</summary>
    public void Acknowledged(int node, Invalidation message, string key, int version)
    {
        var promise = new Promise(node, key, version, world.Source.CommitOf(key, version), message.Kind == InvalidationKind.Expire, world.Order);
        _promises.Add(promise);
        Number(promise, message);
    }

    /// <summary>A caller is told that what was written is done in his process, and waits for the tier.</summary>
    public void Queued(int node, QueuedInvalidation what, string key, int version)
    {
        var promise = new Promise(node, key, version, world.Source.CommitOf(key, version), what.Kind == InvalidationKind.Expire, world.Order) { Queued = (what, ++LastQueued) };
        world.Story?.Add($"{promise}");
        _promises.Add(promise);
    }

    /// <summary>A clear of everything takes the place of all that waits at a node.</summary>
    public void Collapsed(int node)
    {
        foreach (var promise in _promises.Where(promise => IsWaiting(promise, node))) promise.IsCollapsed = true;
    }

    /// <summary>What waited has its number.</summary>
    /// <param name="node">Whose it was.</param>
    /// <param name="what">What was sent.</param>
    /// <param name="message">Its number.</param>
    /// <param name="until">What was queued later is not said by it.</param>
    public void Sent(int node, QueuedInvalidation what, Invalidation message, long until)
    {
        foreach (var promise in _promises.Where(promise => IsWaiting(promise, node) && promise.Queued!.Value.Place <= until && promise.IsKeptBy(what)).ToList()) Number(promise, message);
    }

    /// <summary>A value is served as fresh.</summary>
    /// <param name="asked">To whom.</param>
    /// <param name="version">Its version.</param>
    /// <param name="tier">Whence.</param>
    /// <param name="isBounded">Whether others' invalidations are to be seen in time.</param>
    public void Served(Asked asked, int version, string tier, bool isBounded)
    {
        world.Story?.Add($"node {asked.Node} serves version {version} of '{asked.Key}' from {tier} at {world.Now}");
        if (_promises.Find(promise => IsBroken(promise, asked, version, isBounded)) is { } broken)
            throw new BrokenPromiseException($"Node {asked.Node} serves version {version} of '{asked.Key}' from {tier} at {world.Now}, though {broken}.");
    }

    /// <summary>A value is served as stale, where nothing fresh was to be had.</summary>
    /// <inheritdoc cref="Served"/>
    public void StoodIn(Asked asked, int version, bool isBounded)
    {
        world.Story?.Add($"node {asked.Node} serves version {version} of '{asked.Key}' as stale at {world.Now}");
        if (_promises.Find(promise => !promise.IsExpiry && IsBroken(promise, asked, version, isBounded)) is { } broken)
            throw new BrokenPromiseException($"Node {asked.Node} serves version {version} of '{asked.Key}' as stale at {world.Now}, though {broken}.");
    }

    /// <summary>A node says whether it has seen what another was told is done.</summary>
    public void Ask(SimulatedNode node, int number, int which)
    {
        if (_promises.Count == 0 || _promises[which % _promises.Count] is not { Message: { } message } promise) return;
        var (partition, head) = (node.Coherence[message.Partition], world.Present(message.Partition));
        var part = new TokenPart(message.Partition, message.Incarnation, message.Base, message.Sequence);

        // Where it has followed the present server, it knows what that one forgot.
        if (part.Incarnation == partition.Incarnation && (partition.Incarnation, partition.Base) == (head.Incarnation, head.Base)
            && part.Base != head.Base && promise.IsLostIn(head) && partition.Reaches(part, isRead: false))
            throw new BrokenPromiseException($"Node {number} says that it has seen what is lost: {part}.");
    }

    /// <summary>A partition's server may have forgotten something: all bets are off until all nodes have looked again.</summary>
    public void Doubt(int partition) => _doubts[partition].Begin(world.Now);

    /// <summary>A node has compared a head. Once all have, since something was forgotten, who knew of it has said so.</summary>
    public void Looked(int partition)
    {
        var doubt = _doubts[partition];
        if (doubt.Looking && Array.TrueForAll(world.Nodes, node => node.Coherence[partition].VerifiedAt > doubt.Since)) doubt.End(world.Now);
    }

    /// <summary>What is forgotten by the tier and by every node nobody can answer for.</summary>
    public void Void(int partition)
    {
        var head = world.Present(partition);
        if (Array.Exists(world.Nodes, node => Knows(node.Coherence[partition].Known))) return;
        _promises.RemoveAll(promise => promise.Message?.Partition == partition && promise.IsLostIn(head));

        bool Knows(Known known) => known.Incarnation > head.Incarnation
            || (known.Incarnation == head.Incarnation && known.Numbers!.IsLostIn(head.Eras!, head.Sequence));
    }

    /// <summary>A partition begins anew. Of commits that it does not know of, no load does before somebody tells it.</summary>
    public void Emptied(int partition, long source) => _promises.RemoveAll(promise => promise.Message?.Partition == partition && promise.Commit > source);

    /// <summary>A node's callers are gone, and so is what waited there.</summary>
    public void Left(int node)
    {
        _promises.RemoveAll(promise => IsWaiting(promise, node));
        _promises.ForEach(promise => promise.IsOwn &= promise.Node != node);
        for (var partition = 0; partition < _doubts.Length; partition++)
        {
            if (_doubts[partition].Looking) Void(partition);
        }
    }

    private static bool IsWaiting(Promise promise, int node) => promise.Message is null && promise.Node == node;

    private void Number(Promise promise, Invalidation message)
    {
        promise.Number(message, world.Now);
        world.Story?.Add($"{promise}");

        // One that began anew without having heard of it.
        var tier = world.Present(message.Partition);
        if (message.Incarnation < tier.Incarnation && promise.Commit > world.FirstSource(message.Partition)) _promises.Remove(promise);

        // One that another server never heard of.
        if (promise.IsLostIn(tier)) Doubt(message.Partition);
    }

    /// <summary>Whether a promise of before is broken: its own node keeps it at once, the others in time.</summary>
    private bool IsBroken(Promise promise, Asked asked, int version, bool isBounded)
    {
        if (promise.Key != asked.Key || version >= promise.Version) return false;
        if (!(promise.Node == asked.Node && promise.Order < asked.Order) && !(isBounded && promise.Time < asked.Began - World.MaxStaleness)) return false;
        return promise.Message is not { Partition: var partition } || _doubts[partition].IsOver(world.Nodes[asked.Node].Coherence[partition].VerifiedAt);
    }
}
