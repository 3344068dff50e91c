using Microsoft.Extensions.Logging;

namespace DistributedCache.Diagnostics;

/// <summary>What the engine logs. In steady state nothing; ids are stable.</summary>
internal static partial class CacheLog
{
    [LoggerMessage(1, LogLevel.Warning, "A load for profile {Profile} failed; a stale value stands in, and the next load runs in {RetryAfter}.")]
    public static partial void LoadFailedStaleServed(ILogger logger, string profile, TimeSpan retryAfter, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "A background load for profile {Profile} failed.")]
    public static partial void BackgroundLoadFailed(ILogger logger, string profile, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "A factory of profile {Profile} ended with an error after nobody waited for it any more.")]
    public static partial void LateFactoryFailed(ILogger logger, string profile, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Values of type {Type} can't be weighed, so each counts as 1,024 bytes; set LocalSize, or register a serializer for the type.")]
    public static partial void Unweighable(ILogger logger, Type type, Exception? exception);

    [LoggerMessage(5, LogLevel.Warning, "A value of type {Type} could not be {Step}: {Reason}. It counts as a miss; this is logged once a type.")]
    public static partial void NotSerializable(ILogger logger, Type type, string step, string reason, Exception? exception);

    [LoggerMessage(6, LogLevel.Warning, "The local budget of profile {Profile}, {Budget} bytes, is full: new entries are refused until others end.")]
    public static partial void BudgetFull(ILogger logger, string profile, long budget);

    [LoggerMessage(7, LogLevel.Error, "The cache's maintenance failed and goes on.")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "Disposing a load's services failed.")]
    public static partial void ScopeFailed(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "The stored bytes of a key are no entry ({Fault}); they count as a miss. This is logged once a kind and minute.")]
    public static partial void BadEnvelope(ILogger logger, string fault);

    [LoggerMessage(10, LogLevel.Warning, "The remote tier failed ({Reason}); the cache goes on without it. This is logged once a minute.")]
    public static partial void RemoteFailed(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "A call through HybridCache went uncached: {Reason} This is logged once a minute.")]
    public static partial void Uncacheable(ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Warning, "The remote tier keeps nothing of an application '{Application}': what was to be invalidated there was not.")]
    public static partial void NoSuchApplication(ILogger logger, string application);

    [LoggerMessage(15, LogLevel.Warning, "Version {Other} of '{Application}' has been in use beside version {Own} for an hour. If no deployment is under way, its processes don't agree on Version, and share no entries.")]
    public static partial void VersionsOverlap(ILogger logger, string other, string application, string own);

    [LoggerMessage(20, LogLevel.Warning, "The remote tier is away ({Reason}): until it is back, the cache answers from this process and the factories.")]
    public static partial void RemoteAway(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Information, "The remote tier is back after {Duration}.")]
    public static partial void RemoteBack(ILogger logger, TimeSpan duration);

    [LoggerMessage(22, LogLevel.Warning, "The remote tier does not take invalidations: they hold in this process, and are sent when it does.")]
    public static partial void InvalidationsQueued(ILogger logger);

    [LoggerMessage(23, LogLevel.Information, "All {Count} invalidations that waited for the remote tier were sent.")]
    public static partial void InvalidationsSent(ILogger logger, int count);

    [LoggerMessage(24, LogLevel.Warning, "{Count} invalidations wait for the remote tier, more than MaximumQueuedInvalidations: everything is invalidated instead.")]
    public static partial void InvalidationsCollapsed(ILogger logger, int count);

    [LoggerMessage(25, LogLevel.Error, "{Count} invalidations were not sent to the remote tier before the cache ended: other nodes may serve what they were to remove until it expires.")]
    public static partial void InvalidationsLost(ILogger logger, int count);

    [LoggerMessage(26, LogLevel.Debug, "The failure of the remote tier that was logged before this.")]
    public static partial void RemoteFailure(ILogger logger, Exception exception);

    [LoggerMessage(30, LogLevel.Error, "An entry in this process was answered as valid for longer than MaxStaleness after the remote tier had it otherwise: {Cause}. It was dropped, and partition {Partition} looks for what it missed. This is logged once a minute and cause.")]
    public static partial void Different(ILogger logger, string cause, int partition);
}
