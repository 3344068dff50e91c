using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Asks the remote tier about entries that are older than what this node has followed, or unverified: one question a partition,
/// for however many entries.</summary>
internal sealed class MarkLookups(IRemoteTier remote, CoherenceState coherence, CacheClock clock, Action<Exception> failed)
{
    /// <summary>Learns what can be learnt. A partition that does not answer leaves the entries that hang on it as they were.</summary>
    public async ValueTask LearnAsync(IEnumerable<StampSet> entries, CancellationToken cancellationToken)
    {
        await Task.WhenAll(MarksOf(entries).Select(part => LearnAsync(part.Key, part.Value, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>By partition, the marks that can invalidate such entries.</summary>
    public static Dictionary<int, HashSet<Mark>> MarksOf(IEnumerable<StampSet> entries)
    {
        var asked = new Dictionary<int, HashSet<Mark>>();
        foreach (var stamps in entries)
        {
            foreach (var stamp in stamps.Marks) Add(stamp.Partition, stamp.Mark);
            Add(stamps.Partition, Mark.Clear);
            if (stamps.Tenant.Length > 0) Add(stamps.Partition, Mark.ClearOf(stamps.Tenant));
        }

        return asked;

        void Add(int partition, Mark mark)
        {
            if (!asked.TryGetValue(partition, out var marks)) asked[partition] = marks = [];
            marks.Add(mark);
        }
    }

    private async Task LearnAsync(int number, HashSet<Mark> marks, CancellationToken cancellationToken)
    {
        var partition = coherence[number];
        long baseline;
        Known known;
        lock (partition.Lock) (baseline, known) = (partition.Baseline, partition.Known);
        var sentAt = clock.Now;
        try
        {
            var reply = await remote.ReadMarksAsync(number, marks, cancellationToken).ConfigureAwait(false);
            lock (partition.Lock)
            {
                // A server that forgot knows nothing of marks that were set: what it does not have says nothing.
                if (partition.Verify(reply.Head, known, sentAt) != Progress.Lost) partition.Learn(marks, reply, baseline);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failed(exception);
        }
    }
}
