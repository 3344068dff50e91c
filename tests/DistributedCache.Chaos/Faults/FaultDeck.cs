namespace DistributedCache.Chaos.Faults;

/// <summary>Draws faults at random, each once before any comes again.</summary>
internal sealed class FaultDeck(IReadOnlyList<IFault> faults, Random random)
{
    private readonly Dictionary<IFault, int> _turns = faults.ToDictionary(static f => f, static _ => 0);
    private readonly Queue<IFault> _drawn = new();

    public (IFault Fault, int Turn) Next()
    {
        if (_drawn.Count == 0)
        {
            var shuffled = faults.ToArray();
            random.Shuffle(shuffled);
            foreach (var fault in shuffled) _drawn.Enqueue(fault);
        }

        var next = _drawn.Dequeue();
        return (next, _turns[next]++);
    }
}
