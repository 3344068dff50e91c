using DistributedCache.Keys;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>Renews in the remote tier what slides, behind those who read it, once a tenth of its window is used.</summary>
/// <remarks>A plain read does not tell when an entry was last renewed. What is known is when it was stored, and when this node renewed
/// it last: the latter is noted in L1, where it is bounded and ends by itself. A note that is lost costs one renewal more.</remarks>
internal sealed class SlidingRenewals(CacheEngine engine)
{
    private static readonly object Note = new();

    /// <summary>Gives an entry that was read from the remote tier the time it has left there, renewed if that is due.</summary>
    public void AfterRead(CacheKey key, SlidingEntry entry)
    {
        var now = engine.Clock.Now;
        var pause = entry.Window / 10;
        var index = key.RenewalIndex;
        var last = Math.Max(entry.CreatedAt, engine.Store.Find(index)?.Created ?? long.MinValue);
        var isDue = now - last >= pause;
        entry.Renew(isDue ? now : last);
        if (!isDue) return;
        var weight = (int)(WeightEstimator.EntryOverhead + WeightOfObject.String(index));
        engine.Store.Put(new LocalEntry(index, Note, weight, entry.Region) { Deadline = now + pause, Lifetime = pause }, now);
        Send(key, entry.TimeToLive(now));
    }

    /// <summary>Sends a renewal and does not wait for it.</summary>
    public void Send(CacheKey key, TimeSpan timeToLive) => _ = SendAsync(key, timeToLive);

    private async Task SendAsync(CacheKey key, TimeSpan timeToLive)
    {
        try
        {
            await engine.Remote.RenewAsync(key, timeToLive, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Without the note the next read tries again.
            engine.Store.Remove(key.RenewalIndex);
            engine.RemoteFailed(exception);
        }
    }
}
