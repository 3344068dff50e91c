using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Freshness;

/// <summary>How long a response says that it is fresh, and of use after that (RFC 9111, section 4.2.1; RFC 5861).</summary>
/// <param name="Fresh">Milliseconds from when it was made; null where it says nothing.</param>
/// <param name="WhileRevalidate">Milliseconds after that, in which it may stand in while it is fetched anew.</param>
/// <param name="IfError">Milliseconds after that, in which it may stand in for an error.</param>
/// <param name="MustRevalidate">Whether it may never be served stale.</param>
/// <param name="LimitsErrors">Whether it says itself for how long it may stand in for an error.</param>
internal readonly record struct Lifetime(long? Fresh, long WhileRevalidate, long IfError, bool MustRevalidate, bool LimitsErrors = false)
{
    // Of what a response says of when it was last changed, a tenth (section 4.2.2), and no more than a day.
    private const int HeuristicShare = 10;
    private const long MostHeuristic = 86_400_000;

    public static Lifetime Of(IHeaderDictionary headers, CacheControl control, DateTimeOffset received)
    {
        var mustRevalidate = control.MustRevalidate || control.ProxyRevalidate || control.SharedMaxAge is not null || control.NoCache;
        return new Lifetime(
            control.NoCache ? 0 : FreshOf(headers, control, received),
            mustRevalidate ? 0 : (control.StaleWhileRevalidate ?? 0) * 1000,
            mustRevalidate ? 0 : (control.StaleIfError ?? 0) * 1000,
            mustRevalidate,
            control.StaleIfError is not null);
    }

    /// <summary>The guess for a response that says nothing.</summary>
    public static long Heuristic(IHeaderDictionary headers, DateTimeOffset received) =>
        HttpDates.TryParse(headers.LastModified, out var changed)
            ? Math.Clamp((long)(DateOf(headers, received) - changed).TotalMilliseconds / HeuristicShare, 0, MostHeuristic)
            : 0;

    private static long? FreshOf(IHeaderDictionary headers, CacheControl control, DateTimeOffset received)
    {
        if ((control.SharedMaxAge ?? control.MaxAge) is { } seconds) return seconds * 1000;
        if (headers.Expires.Count == 0 || control.IsTargeted) return null;

        // What is no date, "0" above all, lies in the past (section 5.3); so does one beside others, which together are none.
        return HttpDates.TryParse(headers.Expires, out var end)
            ? Math.Max(0, (long)(end - DateOf(headers, received)).TotalMilliseconds)
            : 0;
    }

    private static DateTimeOffset DateOf(IHeaderDictionary headers, DateTimeOffset received) =>
        HttpDates.TryParse(headers.Date, out var date) ? date : received;
}
