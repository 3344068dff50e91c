using DistributedCache.Expiry;
using Microsoft.Extensions.Caching.Distributed;

namespace DistributedCache.Adapters;

/// <summary><c>IDistributedCache</c>'s expiries as an entry's policy.</summary>
/// <remarks>No value outlives <see cref="TieredCacheOptions.MaximumLifetime"/> unread: a lifetime and a window longer than that are
/// shortened to it. What slides has no other end than the one it was given.</remarks>
internal static class DistributedEntryOptions
{
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is not in the future.</exception>
    public static EntryPolicy Apply(EntryPolicy policy, DistributedCacheEntryOptions options, TimeProvider time)
    {
        var end = options.AbsoluteExpirationRelativeToNow ?? TimeSpan.MaxValue;
        if (options.AbsoluteExpiration is { } absolute)
        {
            var now = time.GetUtcNow();
            if (absolute <= now)
                throw new ArgumentOutOfRangeException(nameof(options), absolute, $"{nameof(options.AbsoluteExpiration)} must be in the future, and it is {now:O}.");
            end = Shorter(end, absolute - now);
        }

        var window = options.SlidingExpiration is { } sliding ? Shorter(sliding, TieredCacheOptions.MaximumLifetime) : (TimeSpan?)null;
        var duration = window is null ? Shorter(end, TieredCacheOptions.MaximumLifetime) : end;
        return policy with { Duration = duration, LocalDuration = duration, Sliding = window };
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
