using DistributedCache.Coherence;

namespace DistributedCache.Pipeline;

/// <summary>Waits until this node has applied what a token stands for.</summary>
internal static class TokenWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static ValueTask<bool> ReachAsync(CacheEngine engine, ConsistencyToken token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The time to wait for a token can't be negative.");
        foreach (var part in token.Parts)
        {
            if (part.Partition >= engine.Coherence.Count) return ValueTask.FromResult(false);
        }

        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        if (!token.IsEveryHead && IsReached(engine, token.Parts)) return ValueTask.FromResult(true);
        return WaitAsync(engine, token, timeout, cancellationToken);
    }

    private static async ValueTask<bool> WaitAsync(CacheEngine engine, ConsistencyToken token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var time = engine.Clock.Provider;
        var began = time.GetTimestamp();
        if (token.IsEveryHead)
        {
            // Read after the call, so that what was written before the token was made is in them.
            Head?[] heads;
            try
            {
                heads = await engine.Remote.ReadHeadsAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                engine.RemoteFailed(exception);
                return false;
            }

            if (token.Heads == 0 || token.Heads != engine.Coherence.HashHeads() || heads.Contains(null)) return false;
            token = ConsistencyToken.Of([.. heads.Select(static (head, i) => new TokenPart(i, head!.Value.Incarnation, head.Value.Base, head.Value.Sequence))], token.Heads);
        }

        while (!IsReached(engine, token.Parts))
        {
            if (time.GetElapsedTime(began) >= timeout) return false;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>A part of another incarnation is not reached here: what it stood for can't be told from what this node knows.</summary>
    private static bool IsReached(CacheEngine engine, ReadOnlySpan<TokenPart> parts)
    {
        foreach (var part in parts)
        {
            var partition = engine.Coherence[part.Partition];
            lock (partition.Lock)
            {
                if (partition.Incarnation != part.Incarnation || partition.Applied < part.Sequence) return false;
            }
        }

        return true;
    }
}
