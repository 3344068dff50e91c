using DistributedCache.Coherence;

namespace DistributedCache.Pipeline;

/// <summary>Whether anybody else has invalidated a value while it was made. For who has himself invalidated meanwhile what it is tagged
/// with: stamps from before that would be as much against his own value, and stamps from after it miss what came between.</summary>
internal sealed class Overtaking(CacheEngine engine)
{
    // A Set does not look further back either.
    private const int MaximumNumbers = 128;

    /// <summary>Whether the log tells that nobody else's invalidation concerns a value. No is always safe.</summary>
    /// <param name="call">The call that stores it, tags and all.</param>
    /// <param name="before">What had been seen before it was made.</param>
    /// <param name="after">What has been seen since the caller's own invalidations were acknowledged.</param>
    /// <param name="own">Those.</param>
    public async ValueTask<bool> IsExcludedAsync(EntryCall call, SeenSnapshot before, SeenSnapshot after, IReadOnlyList<TokenPart> own)
    {
        // What waits for the tier here has no number that a log could tell.
        if (before.Hold != after.Hold) return false;
        var stamps = engine.Calls.Stamps(call, [], after);
        try
        {
            foreach (var partition in PartitionsOf(stamps))
            {
                if (before[partition].Incarnation != after[partition].Incarnation) return false;
                var span = new LogSpan(after[partition].Incarnation, before[partition].Seen, after[partition].Seen);
                var numbers = own.Where(write => write.Partition == partition && span.Has(write)).Select(static write => write.Sequence).ToHashSet();
                if (numbers.Count == span.Count) continue;
                if (span.Count > MaximumNumbers
                    || !span.Spares(await engine.Remote.ReadLogAsync(partition, span.After, CancellationToken.None).ConfigureAwait(false), numbers, call.Key.Index, stamps)) return false;
            }

            return true;
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            return false;
        }
    }

    private static HashSet<int> PartitionsOf(StampSet stamps)
    {
        var partitions = new HashSet<int> { stamps.Partition };
        foreach (ref readonly var stamp in stamps.Marks) partitions.Add(stamp.Partition);
        return partitions;
    }
}
