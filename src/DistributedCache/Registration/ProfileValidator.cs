using DistributedCache.Profiles;

namespace DistributedCache.Registration;

/// <summary>Finds what is wrong in each profile, and between them.</summary>
internal static class ProfileValidator
{
    public static void Validate(TieredCacheOptions options, OptionFaults faults)
    {
        // By name, so that the faults stand in the same order each time.
        var names = options.Profiles.Keys.Order(StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var name in names)
        {
            var path = $"{nameof(options.Profiles)}:{name}";
            if (options.Profiles[name] is not { } profile)
            {
                faults.Add(path, null, "a profile");
                continue;
            }

            faults.Unless(name.Trim().Length > 0, path, name, "a name that is not blank");
            faults.Unless(!name.Equals(ProfileSet.DistributedName, StringComparison.OrdinalIgnoreCase), path, name, "another name, since the options of IDistributedCache are those of DistributedCache");
            Values(path, profile, faults);
            Contradictions(path, ProfileLayers.Own(name, profile), ProfileLayers.Complete(name, options.Profiles), options, faults);
        }

        ProfileKeysValidator.Validate(options, names, faults);
    }

    /// <summary>Each value by itself.</summary>
    private static void Values(string path, TieredCacheProfile p, OptionFaults faults)
    {
        faults.Positive($"{path}:{nameof(p.Duration)}", p.Duration);
        faults.Positive($"{path}:{nameof(p.LocalDuration)}", p.LocalDuration);
        faults.NotNegative($"{path}:{nameof(p.Sliding)}", p.Sliding);
        faults.NotNegative($"{path}:{nameof(p.StaleFor)}", p.StaleFor);
        faults.Range($"{path}:{nameof(p.LocalSize)}", p.LocalSize, 0, long.MaxValue);
        faults.Unless(p.Jitter is null or (>= 0 and <= 0.5), $"{path}:{nameof(p.Jitter)}", p.Jitter, "from 0 to 0.5");
        faults.Unless(p.EarlyRefresh is null or (>= 0 and < double.PositiveInfinity), $"{path}:{nameof(p.EarlyRefresh)}", p.EarlyRefresh, "0 or more, and finite");
        if (p.FactorySoftTimeout != TimeSpan.Zero) faults.Timeout($"{path}:{nameof(p.FactorySoftTimeout)}", p.FactorySoftTimeout);
        faults.Timeout($"{path}:{nameof(p.FactoryHardTimeout)}", p.FactoryHardTimeout);
        faults.NotNegative($"{path}:{nameof(p.RetryAfterFailure)}", p.RetryAfterFailure);
        faults.NotNegative($"{path}:{nameof(p.NullDuration)}", p.NullDuration);
        faults.Defined($"{path}:{nameof(p.Eviction)}", p.Eviction);
        faults.Range($"{path}:{nameof(p.LocalBudget)}", p.LocalBudget, 1, long.MaxValue);
        faults.Defined($"{path}:{nameof(p.WhenUnverified)}", p.WhenUnverified);
        faults.NotNegative($"{path}:{nameof(p.UnverifiedFor)}", p.UnverifiedFor);
        faults.Range($"{path}:{nameof(p.CompressAbove)}", p.CompressAbove, 0, int.MaxValue);
        if (!string.IsNullOrEmpty(p.Version)) faults.Name($"{path}:{nameof(p.Version)}", p.Version);
        faults.Unless(p.Version != TieredCacheDefaults.Unversioned, $"{path}:{nameof(p.Version)}", p.Version, "another, since that one is of profiles without versions");
    }

    /// <summary>Values that can't hold together. What is inherited is told only where the profile itself says the other half.</summary>
    private static void Contradictions(string path, TieredCacheProfile own, TieredCacheProfile all, TieredCacheOptions options, OptionFaults faults)
    {
        faults.Unless(
            own.LocalDuration is null || !(own.LocalDuration > all.Duration),
            $"{path}:{nameof(own.LocalDuration)}", own.LocalDuration, $"at most {nameof(own.Duration)}, which is {all.Duration}");
        faults.Unless(
            own.Sliding is null || own.Duration is null || own.Sliding <= own.Duration,
            $"{path}:{nameof(own.Sliding)}", own.Sliding, $"at most {nameof(own.Duration)}, which is {own.Duration}");
        faults.Unless(
            (own.FactorySoftTimeout ?? own.FactoryHardTimeout) is null || !IsLonger(all.FactorySoftTimeout!.Value, all.FactoryHardTimeout!.Value),
            $"{path}:{nameof(own.FactorySoftTimeout)}", all.FactorySoftTimeout, $"less than {nameof(own.FactoryHardTimeout)}, which is {all.FactoryHardTimeout}");
        faults.Unless(
            string.IsNullOrEmpty(own.Source) || options.Sources.ContainsKey(own.Source),
            $"{path}:{nameof(own.Source)}", own.Source, options.Sources.Count == 0 ? "one of Sources, which has none" : $"one of Sources: {string.Join(", ", options.Sources.Keys)}");
        faults.Unless(
            own.Versioned != false || string.IsNullOrEmpty(own.Version),
            $"{path}:{nameof(own.Version)}", own.Version, $"left out, since {nameof(own.Versioned)} is false");
        if (all.Primary == true) Primary(path, own, faults);
    }

    /// <summary>A primary value is nowhere else: it has no version, no tags, no factory, and is not served once it has ended.</summary>
    private static void Primary(string path, TieredCacheProfile own, OptionFaults faults)
    {
        const string Left = "left out, since the profile is primary: ";
        faults.Unless(own.Versioned != true, $"{path}:{nameof(own.Versioned)}", own.Versioned, Left + "its values outlive deployments");
        faults.Unless(string.IsNullOrEmpty(own.Version), $"{path}:{nameof(own.Version)}", own.Version, Left + "its values outlive deployments");
        faults.Unless(!(own.StaleFor > TimeSpan.Zero), $"{path}:{nameof(own.StaleFor)}", own.StaleFor, Left + "what has ended is not served");
        faults.Unless(!(own.EarlyRefresh > 0), $"{path}:{nameof(own.EarlyRefresh)}", own.EarlyRefresh, Left + "nothing could load its values");
        faults.Unless(
            own.WhenUnverified is null or UnverifiedBehavior.Revalidate,
            $"{path}:{nameof(own.WhenUnverified)}", own.WhenUnverified, $"{nameof(UnverifiedBehavior.Revalidate)}, since the profile is primary");
    }

    /// <summary>Whether the caller would never be handed the stale value, because the load ends first.</summary>
    private static bool IsLonger(TimeSpan soft, TimeSpan hard) =>
        soft != Timeout.InfiniteTimeSpan && hard != Timeout.InfiniteTimeSpan && soft >= hard;
}
