namespace DistributedCache.Coherence;

/// <summary>The highest number that a node knows of each era of an incarnation, from whatever reply. Immutable: who sends a read keeps
/// the one of that moment, since a reply is judged by what was known when it was asked for.</summary>
internal sealed class KnownNumbers
{
    private readonly Number[] _numbers;

    private KnownNumbers(Number[] numbers) => _numbers = numbers;

    /// <param name="Base">The era.</param>
    /// <param name="Highest">The highest number known of it.</param>
    /// <param name="IsSettled">Whether it was compared with where its successor began, and nothing was lost.</param>
    private readonly record struct Number(long Base, long Highest, bool IsSettled);

    public static KnownNumbers None { get; } = new([]);

    /// <summary>The highest known of an era; 0 for none.</summary>
    public long Of(long start)
    {
        foreach (var number in _numbers)
        {
            if (number.Base == start) return number.Highest;
        }

        return 0;
    }

    public KnownNumbers Raise(long start, long sequence)
    {
        var at = Array.FindIndex(_numbers, number => number.Base == start);
        if (at < 0) return new KnownNumbers([.. _numbers, new Number(start, sequence, false)]);
        if (_numbers[at].Highest >= sequence) return this;
        Number[] raised = [.. _numbers];
        raised[at] = new Number(start, sequence, false);
        return new KnownNumbers(raised);
    }

    /// <summary>Whether something of this was lost: its era is not among those of the tier, or ended before it.</summary>
    /// <param name="eras">The tier's eras, read after all this was known.</param>
    /// <param name="head">Its head of the same moment. An older copy that was put back begins no era, and is below what was known.</param>
    public bool IsLostIn(EraHistory eras, long head)
    {
        foreach (var number in _numbers)
        {
            if (eras.EndOf(number.Base, head) is { } end ? number.Highest > end : !IsForgotten(number, eras)) return true;
        }

        return false;
    }

    /// <summary>Notes of which eras nothing was lost, and leaves out those that the tier remembers no longer.</summary>
    public KnownNumbers Settle(EraHistory eras) => new(
    [
        .. _numbers
            .Where(number => !IsForgotten(number, eras))
            .Select(number => number with { IsSettled = number.Base != eras.Base && eras.EndOf(number.Base, 0) is { } end && number.Highest <= end }),
    ]);

    private static bool IsForgotten(Number number, EraHistory eras) => number.IsSettled && number.Base < eras.Oldest;
}
