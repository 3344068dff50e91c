using System.Globalization;
using DistributedCache.Coherence;

namespace DistributedCache.Redis.Partitions;

/// <summary>The eras of one partition as they were last read. One base has always the same eras, so they are read only where a head's base
/// is another. Racing updates are harmless: each is true of its own incarnation and base.</summary>
internal sealed class PartitionEras
{
    private volatile Read? _last;

    /// <summary>Adds to a head the eras of its base, if these are known.</summary>
    public Head Complete(Head head) =>
        head.Base != 0 && _last is { } last && last.Incarnation == head.Incarnation && last.Eras.Base == head.Base ? head with { Eras = last.Eras } : head;

    /// <summary>Takes the eras as the hash has them: <c>from,base,run</c> each, separated by semicolons.</summary>
    public Head Adopt(Head head, string? text)
    {
        if (head.Base == 0) return head;
        var eras = new List<Era>();
        foreach (var era in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (era.Split(',') is [var from, var start, ..] && TryNumber(from, out var last) && TryNumber(start, out var first)) eras.Add(new Era(last, first));
        }

        // What is not of this format says nothing of earlier eras: what is known of them counts as lost.
        if (eras.Count == 0 || eras[^1].Base != head.Base) eras = [new Era(head.Base, head.Base)];
        _last = new Read(head.Incarnation, new EraHistory(eras));
        return Complete(head);
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private sealed record Read(long Incarnation, EraHistory Eras);
}
