using DistributedCache.Coherence;

namespace DistributedCache.Pipeline;

/// <summary>Waits until this node has applied what a token stands for.</summary>
internal static class TokenWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly HashSet<int> NoneRead = [];

    public static ValueTask<bool> ReachAsync(CacheEngine engine, ConsistencyToken token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The time to wait for a token can't be negative.");
        foreach (var part in token.Parts)
        {
            if (part.Partition >= engine.Coherence.Count) return ValueTask.FromResult(false);
        }

        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        if (token.IsEveryHead) return ReachEveryHeadAsync(engine, token.Heads, timeout, cancellationToken);
        return IsReached(engine, token.Parts, NoneRead) ? ValueTask.FromResult(true) : ReachPartsAsync(engine, token, timeout, cancellationToken);
    }

    private static async ValueTask<bool> ReachPartsAsync(CacheEngine engine, ConsistencyToken token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var time = engine.Clock.Provider;
        var began = time.GetTimestamp();
        var read = new HashSet<int>();
        while (true)
        {
            foreach (var partition in OfOtherIncarnations(engine, token))
            {
                if (!read.Contains(partition) && await engine.TrySyncAsync(partition).ConfigureAwait(false)) read.Add(partition);
            }

            if (IsReached(engine, token.Parts, read)) return true;
            if (time.GetElapsedTime(began) >= timeout) return false;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Follows every partition to where it is after the call: what was written before the token was made is in that, unless a
    /// partition is of another incarnation or era than its writer knew.</summary>
    /// <remarks>Each is touched, not only read: a server that has just taken over shows by nothing else that it may have forgotten.</remarks>
    private static async ValueTask<bool> ReachEveryHeadAsync(CacheEngine engine, ulong heads, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Of writers that knew different ones, or of a write that has no number yet.
        if (heads == 0) return false;
        var time = engine.Clock.Provider;
        var began = time.GetTimestamp();
        int[] left = [.. Enumerable.Range(0, engine.Coherence.Count)];
        while (true)
        {
            var isReached = await Task.WhenAll(left.Select(partition => engine.TrySyncAsync(partition).AsTask())).WaitAsync(cancellationToken).ConfigureAwait(false);
            left = [.. left.Where((_, i) => !isReached[i])];
            if (left.Length == 0) return heads == engine.Coherence.HashHeads() || !engine.Coherence.Holds(ProtocolRules.HeadsOfTheWriter);
            if (time.GetElapsedTime(began) >= timeout) return false;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static List<int> OfOtherIncarnations(CacheEngine engine, ConsistencyToken token)
    {
        var others = new List<int>();
        foreach (var part in token.Parts)
        {
            if (engine.Coherence[part.Partition].Incarnation != part.Incarnation) others.Add(part.Partition);
        }

        return others;
    }

    private static bool IsReached(CacheEngine engine, ReadOnlySpan<TokenPart> parts, HashSet<int> read)
    {
        foreach (var part in parts)
        {
            var partition = engine.Coherence[part.Partition];
            lock (partition.Lock)
            {
                if (!partition.Reaches(part, read.Contains(part.Partition))) return false;
            }
        }

        return true;
    }
}
