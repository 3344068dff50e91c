namespace DistributedCache.Chaos.Faults;

/// <summary>Draws faults at random: each fault in one of its forms before any comes in another, and every form before any comes again.</summary>
internal sealed class FaultDeck(IReadOnlyList<IFault> faults, Random random)
{
    private readonly Queue<(IFault Fault, string Form)> _drawn = new();

    public (IFault Fault, string Form) Next()
    {
        if (_drawn.Count == 0) Shuffle();
        return _drawn.Dequeue();
    }

    private void Shuffle()
    {
        var forms = faults.ToDictionary(static fault => fault, fault => Shuffled(fault.Forms));
        for (var round = 0; round < forms.Values.Max(static f => f.Length); round++)
            foreach (var fault in Shuffled(faults))
                if (round < forms[fault].Length) _drawn.Enqueue((fault, forms[fault][round]));
    }

    private T[] Shuffled<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}
