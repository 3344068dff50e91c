using DistributedCache.Profiles;
using Microsoft.Extensions.Options;

namespace DistributedCache.Registration;

/// <summary>Finds every fault of a cache's options at once.</summary>
internal sealed class OptionsValidator : IValidateOptions<TieredCacheOptions>
{
    private const int LargestPayload = 512 << 20;
    private const int LargestCount = 1 << 20;
    private static readonly TimeSpan ShortestStaleness = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestRemoteTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, TieredCacheOptions options)
    {
        var faults = new OptionFaults(string.IsNullOrEmpty(name) ? "" : $"Caches:{name}:");
        foreach (var fault in options.BindingFaults) faults.All.Add(fault);
        Own(options, faults);
        Sources(options, faults);
        ProfileValidator.Validate(options, faults);
        Budgets(options, faults);
        return faults.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.All);
    }

    private static void Own(TieredCacheOptions o, OptionFaults faults)
    {
        faults.Name(nameof(o.Application), o.Application);
        faults.Name(nameof(o.Version), o.Version);
        faults.Unless(o.Version != TieredCacheDefaults.Unversioned, nameof(o.Version), o.Version, "another, since that one is of profiles without versions");
        faults.Range(nameof(o.LocalSizeLimit), o.LocalSizeLimit, 1, long.MaxValue);
        faults.Range(nameof(o.MaximumPayloadBytes), o.MaximumPayloadBytes, 1, LargestPayload);
        faults.Range(nameof(o.MaximumKeyLength), o.MaximumKeyLength, 1, ushort.MaxValue);
        faults.Positive(nameof(o.LeaseDuration), o.LeaseDuration, Hour);
        faults.Unless(
            o.RemoteTimeout >= ShortestRemoteTimeout && o.RemoteTimeout <= Minute, nameof(o.RemoteTimeout), o.RemoteTimeout, $"from {ShortestRemoteTimeout} to {Minute}");
        faults.Unless(o.MaxStaleness >= ShortestStaleness && o.MaxStaleness <= Hour, nameof(o.MaxStaleness), o.MaxStaleness, $"from {ShortestStaleness} to {Hour}");
        faults.Unless(
            o.HeartbeatInterval > TimeSpan.Zero && o.HeartbeatInterval < o.MaxStaleness,
            nameof(o.HeartbeatInterval), o.HeartbeatInterval, $"more than zero and less than {nameof(o.MaxStaleness)}, which is {o.MaxStaleness}");
        faults.Range(nameof(o.Partitions), o.Partitions, 1, 16_384);
        faults.Range(nameof(o.LogLength), o.LogLength, 1, LargestCount);
        faults.Range(nameof(o.TagsPerPartition), o.TagsPerPartition, 1, LargestCount);
        faults.Range(nameof(o.MaximumQueuedInvalidations), o.MaximumQueuedInvalidations, 1, LargestCount);
        faults.Unless(o.VerifySample is >= 0 and <= 1, nameof(o.VerifySample), o.VerifySample, "from 0 to 1");
        faults.Range($"{nameof(o.DistributedCache)}:{nameof(o.DistributedCache.LocalBudget)}", o.DistributedCache.LocalBudget, 1, long.MaxValue);
        faults.Defined<UnavailableBehavior>($"{nameof(o.DistributedCache)}:{nameof(o.DistributedCache.WhenUnavailable)}", o.DistributedCache.WhenUnavailable);
    }

    private static void Sources(TieredCacheOptions options, OptionFaults faults)
    {
        foreach (var (name, source) in options.Sources)
        {
            var path = $"{nameof(options.Sources)}:{name}";
            faults.Unless(source is not null, path, source, "the options of a source");
            faults.Range($"{path}:{nameof(source.MaximumConcurrentLoads)}", source?.MaximumConcurrentLoads, 1, int.MaxValue);
            faults.Range($"{path}:{nameof(source.MaximumQueuedLoads)}", source?.MaximumQueuedLoads, 0, int.MaxValue);
        }
    }

    /// <summary>Profiles that keep their entries apart share one memory with all others, and must leave some.</summary>
    private static void Budgets(TieredCacheOptions options, OptionFaults faults)
    {
        var limit = options.LocalSizeLimit;
        var parts = new List<(string Path, long Bytes)>();
        foreach (var name in options.Profiles.Keys.Order(StringComparer.OrdinalIgnoreCase))
        {
            var profile = ProfileLayers.Complete(name, options.Profiles);
            if ((profile.LocalBudget ?? (profile.Eviction == LocalEviction.Adaptive ? null : TieredCacheDefaults.LocalBudget(limit))) is { } bytes)
                parts.Add(($"Profiles:{name}:{nameof(profile.LocalBudget)}", bytes));
        }

        if (options.DistributedCache.LocalBudget is { } distributed)
            parts.Add(($"{nameof(options.DistributedCache)}:{nameof(options.DistributedCache.LocalBudget)}", distributed));
        // As decimals, since two of the largest budgets are more than a long.
        var sum = parts.Sum(part => (decimal)part.Bytes);
        if (parts.Count == 0 || sum < limit) return;
        faults.Add(
            string.Join(" + ", parts.Select(part => part.Path)),
            FormattableString.Invariant($"{sum:N0} bytes together"),
            FormattableString.Invariant($"less than {nameof(options.LocalSizeLimit)}, which is {limit:N0} bytes, so that something is left for the other profiles"));
    }
}
