using System.Threading.RateLimiting;
using Polly;

namespace DistributedCache.Resilience;

/// <summary>A load's turn at its source. It ends when both the load and its factory's task have ended: a factory that does not listen to
/// its token burdens the source beyond the hard timeout.</summary>
internal sealed class SourceTurn(RateLimitLease lease) : RateLimitLease
{
    private static readonly ResiliencePropertyKey<SourceTurn> Key = new("DistributedCache.SourceTurn");

    // Polly's strategy is the first.
    private int _holders = 1;

    public override bool IsAcquired => lease.IsAcquired;

    public override IEnumerable<string> MetadataNames => lease.MetadataNames;

    /// <summary>The turn of the load that runs in this context; null where its source is not limited.</summary>
    public static SourceTurn? Of(ResilienceContext context) => context.Properties.TryGetValue(Key, out var turn) ? turn : null;

    public static async ValueTask<RateLimitLease> TakeAsync(ConcurrencyLimiter limiter, ResilienceContext context)
    {
        var turn = new SourceTurn(await limiter.AcquireAsync(1, context.CancellationToken).ConfigureAwait(false));
        context.Properties.Set(Key, turn);
        return turn;
    }

    /// <summary>Keeps the turn until one more has disposed it.</summary>
    public SourceTurn Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public override bool TryGetMetadata(string metadataName, out object? metadata) => lease.TryGetMetadata(metadataName, out metadata);

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Decrement(ref _holders) == 0) lease.Dispose();
        base.Dispose(disposing);
    }
}
