using Microsoft.Extensions.Logging;

namespace DistributedCache.Diagnostics;

/// <summary>What is said of options and registration: events 1000 to 1099.</summary>
internal static partial class OptionsLog
{
    [LoggerMessage(1000, LogLevel.Error, "The changed options of cache '{Cache}' are not valid; the earlier ones stay. {Faults}")]
    public static partial void ReloadRefused(this ILogger logger, string cache, string faults);

    [LoggerMessage(1001, LogLevel.Warning, "These options of cache '{Cache}' were changed, but need a restart; until then they are what they were: {Options}.")]
    public static partial void RestartNeeded(this ILogger logger, string cache, string options);

    [LoggerMessage(1002, LogLevel.Information, "The options of cache '{Cache}' are valid again, and in effect.")]
    public static partial void ReloadAccepted(this ILogger logger, string cache);

    [LoggerMessage(1003, LogLevel.Warning, "The version of '{Application}' is {Version}, as of a project that never set one, so deployments share cached entries. Set the project's Version, TieredCacheOptions.Version, or call VersionByDeployment().")]
    public static partial void VersionLeftPlain(this ILogger logger, string application, string version);

    [LoggerMessage(1010, LogLevel.Information, "IDistributedCache stays {Owner}, which was registered before the tiered cache; ReplaceDistributedCache() would replace it.")]
    public static partial void DistributedCacheLeft(this ILogger logger, string owner);

    [LoggerMessage(1011, LogLevel.Warning, "{Service} is {Owner}, which was registered after the tiered cache and took its place.")]
    public static partial void ServiceTakenOver(this ILogger logger, string service, string owner);
}
