using System.Globalization;
using DistributedCache;

namespace Storefront.Http;

/// <summary>The <c>Cache-Status</c> header of RFC 9211 and the <c>Age</c> of RFC 9111, for what a cache answered.</summary>
internal static class CacheStatus
{
    private const string CacheName = "storefront";

    public static void Write<T>(IHeaderDictionary headers, CacheLookup<T> lookup)
    {
        headers["Cache-Status"] = Format(lookup);
        // An Age on what was made for this request would say that it wasn't.
        if (IsHit(lookup)) headers.Age = WholeSeconds(lookup.Age);
    }

    public static string Format<T>(CacheLookup<T> lookup) => IsHit(lookup)
        ? $"{CacheName}; hit; ttl={WholeSeconds(lookup.TimeToLive)}; detail={Detail(lookup)}"
        : $"{CacheName}; fwd=uri-miss; stored";

    private static bool IsHit<T>(CacheLookup<T> lookup) => lookup.Tier is CacheTier.Local or CacheTier.Remote;

    private static string Detail<T>(CacheLookup<T> lookup) => lookup switch
    {
        { IsUnverified: true } => "unverified",
        { Tier: CacheTier.Local } => "L1",
        _ => "L2",
    };

    // Rounded down, so that the last second of freshness is 0 and whatever is over is negative.
    private static string WholeSeconds(TimeSpan time) =>
        ((long)Math.Floor(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
