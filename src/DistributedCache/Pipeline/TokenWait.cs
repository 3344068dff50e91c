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
        if (!token.IsEveryHead && IsReached(engine, token.Parts, NoneRead)) return ValueTask.FromResult(true);
        return WaitAsync(engine, token, timeout, cancellationToken);
    }

    private static async ValueTask<bool> WaitAsync(CacheEngine engine, ConsistencyToken token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var time = engine.Clock.Provider;
        var began = time.GetTimestamp();
        if (token.IsEveryHead)
        {
            if (await ReadHeadsAsync(engine, token, cancellationToken).ConfigureAwait(false) is not { } parts) return false;
            token = ConsistencyToken.Of(parts, token.Heads);
        }

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

    /// <summary>Every partition's head, read after the call, so that what was written before the token was made is in them. Null where
    /// they can't be read, are not what this node knows, or are of other eras than the writer knew.</summary>
    private static async ValueTask<TokenPart[]?> ReadHeadsAsync(CacheEngine engine, ConsistencyToken token, CancellationToken cancellationToken)
    {
        if (token.Heads == 0 || token.Heads != engine.Coherence.HashHeads()) return null;
        Known[] known = [.. Enumerable.Range(0, engine.Coherence.Count).Select(engine.KnownOf)];
        var sentAt = engine.Clock.Now;
        Head?[] heads;
        try
        {
            heads = await engine.Remote.ReadHeadsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            engine.RemoteFailed(exception);
            return null;
        }

        var parts = new TokenPart[heads.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (heads[i] is not { } head) return null;
            var partition = engine.Coherence[i];
            Progress progress;
            lock (partition.Lock) progress = partition.Verify(head, known[i], sentAt);
            if (progress == Progress.Lost) return null;
            if (progress is Progress.Behind or Progress.Foreign) engine.CatchUp(i);
            parts[i] = new TokenPart(i, head.Incarnation, head.Base, head.Sequence);
        }

        return token.Heads == engine.Coherence.HashHeads() ? parts : null;
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
