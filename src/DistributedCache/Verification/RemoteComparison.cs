using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Keys;
using DistributedCache.Local;
using DistributedCache.Pipeline;

namespace DistributedCache.Verification;

/// <summary>Asks the remote tier about an entry of L1: its marks, what is stored under its key, and, where that leaves it open, the log.</summary>
/// <remarks>Nothing of it is learnt: what is wrong here would be mended before it is found out.</remarks>
internal sealed class RemoteComparison(CacheEngine engine)
{
    public async Task<DifferenceCause?> CompareAsync(LocalEntry entry, StampSet stamps, CacheKey key, CancellationToken cancellationToken)
    {
        if (!stamps.IsPrimary)
        {
            foreach (var (partition, marks) in MarkLookups.MarksOf([stamps]))
            {
                var reply = await engine.Remote.ReadMarksAsync(partition, marks, cancellationToken).ConfigureAwait(false);
                if (Comparison.OfMarks(stamps, entry.Sequence, partition, reply) is { } cause) return cause;
            }
        }

        if (!await NeedsLogAsync(entry, stamps, key, cancellationToken).ConfigureAwait(false)) return null;
        var log = await engine.Remote.ReadLogAsync(stamps.Partition, entry.Sequence, cancellationToken).ConfigureAwait(false);
        return Comparison.OfLog(log, entry.Key, stamps.Incarnation, entry.Sequence);
    }

    private async Task<bool> NeedsLogAsync(LocalEntry entry, StampSet stamps, CacheKey key, CancellationToken cancellationToken)
    {
        // A primary value has no stamp in the tier.
        using var found = await engine.Remote.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (stamps.IsPrimary || found is null) return true;
        return Comparison.NeedsLog(EnvelopeHeader.TryRead(found.Value.Bytes.FirstSpan, out var header, out _) ? header : null, stamps, entry.Sequence);
    }
}
