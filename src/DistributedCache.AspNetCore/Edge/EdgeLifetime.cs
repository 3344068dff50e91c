using System.Globalization;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>How long an edge may keep a response, in whole seconds; zero of a window: there is none.</summary>
/// <param name="MaxAge">For how long it is fresh.</param>
/// <param name="StaleWhileRevalidate">For how long after that it may be served while it is fetched anew.</param>
/// <param name="StaleIfError">For how long after that it may be served where the origin fails.</param>
internal readonly record struct EdgeLifetime(TimeSpan MaxAge, TimeSpan StaleWhileRevalidate = default, TimeSpan StaleIfError = default)
{
    /// <summary>The directives, a structured dictionary.</summary>
    public override string ToString()
    {
        var text = $"max-age={Seconds(MaxAge)}";
        if (StaleWhileRevalidate >= TimeSpan.FromSeconds(1)) text += $", stale-while-revalidate={Seconds(StaleWhileRevalidate)}";
        if (StaleIfError >= TimeSpan.FromSeconds(1)) text += $", stale-if-error={Seconds(StaleIfError)}";
        return text;
    }

    private static string Seconds(TimeSpan time) => ((long)Math.Max(0, time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
