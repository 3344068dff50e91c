using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>How a node keeps in step with the tier: what the heartbeat and the catch-ups do, request
/// by request. What a partition that is away does not answer ends there.</summary>
internal sealed class SimulatedFollowing(World world, int node, CoherenceState coherence)
{
    private readonly bool[] _isCatchingUp = new bool[World.Partitions];

    public void Hear(Invalidation message)
    {
        var partition = coherence[message.Partition];
        partition.Apply(message);
        if (partition.HasHead && partition.Missed.Any) BeginCatchUp(message.Partition);
    }

    /// <summary>Compares a partition's head.</summary>
    public IEnumerable<Action> Beat(int number)
    {
        var (partition, known, sentAt, head) = (coherence[number], coherence[number].Known, world.Now, default(Head?));
        if (!partition.HasHead)
        {
            Head first = default;
            yield return () => first = world[number].Touch(known);
            partition.Register(new MarksReply(first, []), known, sentAt);
            yield break;
        }

        yield return () => head = world[number].ReadHead();
        var progress = head is { } read ? partition.Verify(read, known, sentAt) : Progress.Lost;
        if (progress == Progress.Lost)
        {
            foreach (var step in Sync(number)) yield return step;
        }
        else if (progress is Progress.Behind or Progress.Foreign)
        {
            foreach (var step in CatchUp(number)) yield return step;
            partition.Verify(head!.Value, known, sentAt);
        }

        world.Promises.Looked(number);
    }

    /// <summary>Carries out what was acknowledged, and finds out whether it is lost since.</summary>
    public IEnumerable<Action> Acknowledge(Invalidation message, bool[] isLost)
    {
        var partition = coherence[message.Partition];
        switch (partition.ApplyOwn(message))
        {
            case Progress.Lost:
                foreach (var step in Sync(message.Partition)) yield return step;
                isLost[0] = partition.IsLost(message);
                break;
            case Progress.Foreign:
                BeginCatchUp(message.Partition);
                break;
        }
    }

    private void BeginCatchUp(int number) => world.Begin(node, CatchUp(number));

    private IEnumerable<Action> CatchUp(int number)
    {
        if (_isCatchingUp[number]) yield break;
        _isCatchingUp[number] = true;
        var partition = coherence[number];
        try
        {
            while (partition.Missed.Any)
            {
                var (after, target) = partition.Missed.Begin();
                IReadOnlyList<Invalidation> log = [];
                yield return () => log = world[number].ReadLog(after);
                if (partition.Missed.TryApply(log, target)) continue;
                var heads = new Head[1];
                foreach (var step in Touch(number, heads)) yield return step;
                partition.Adopt(heads[0]);
            }
        }
        finally
        {
            _isCatchingUp[number] = false;
        }
    }

    private IEnumerable<Action> Sync(int number)
    {
        var (partition, known, sentAt, heads) = (coherence[number], coherence[number].Known, world.Now, new Head[1]);
        foreach (var step in Touch(number, heads)) yield return step;
        if (partition.Verify(heads[0], known, sentAt) is Progress.Current or Progress.Old) yield break;
        foreach (var step in CatchUp(number)) yield return step;
        partition.Verify(heads[0], known, sentAt);
    }

    private IEnumerable<Action> Touch(int number, Head[] head)
    {
        var (partition, known) = (coherence[number], coherence[number].Known);
        yield return () => head[0] = world[number].Touch(known);
        if (!partition.IsLostIn(head[0], known)) yield break;
        yield return () => head[0] = world[number].Renew(head[0].Incarnation, known);
        partition.Adopt(head[0]);
    }
}
