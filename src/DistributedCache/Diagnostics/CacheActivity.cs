using System.Diagnostics;

namespace DistributedCache.Diagnostics;

/// <summary>The activity source <c>DistributedCache</c>.</summary>
internal static class CacheActivity
{
    private static readonly ActivitySource Source = new("DistributedCache");

    /// <summary>A background load: a trace of its own, linked to the one that caused it.</summary>
    public static Activity? StartRefresh(ActivityContext cause) =>
        Source.StartActivity("cache refresh", ActivityKind.Internal, default(ActivityContext), links: cause == default ? null : [new ActivityLink(cause)]);
}
