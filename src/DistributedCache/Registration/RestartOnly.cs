using DistributedCache.Profiles;

namespace DistributedCache.Registration;

/// <summary>What a running cache can't change, since it says where entries live or what the cache is made of: kept as it was.</summary>
internal static class RestartOnly
{
    /// <summary>Puts the earlier values into <paramref name="changed"/>.</summary>
    /// <returns>The paths of the options that differed.</returns>
    public static List<string> Keep(TieredCacheOptions earlier, TieredCacheOptions changed)
    {
        var kept = new List<string>();
        Keep(kept, nameof(changed.Application), earlier.Application, changed.Application, value => changed.Application = value);
        Keep(kept, nameof(changed.Version), earlier.Version, changed.Version, value => changed.Version = value);
        Keep(kept, nameof(changed.Partitions), earlier.Partitions, changed.Partitions, value => changed.Partitions = value);
        Parts(kept, earlier, changed);

        foreach (var name in earlier.Profiles.Keys.Union(changed.Profiles.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            earlier.Profiles.TryGetValue(name, out var before);
            changed.Profiles.TryGetValue(name, out var after);
            Profile(kept, $"{nameof(changed.Profiles)}:{name}", name, before, after, changed);
        }

        return kept;
    }

    /// <summary>What the parts of a cache are given when they are made.</summary>
    private static void Parts(List<string> kept, TieredCacheOptions earlier, TieredCacheOptions changed)
    {
        Keep(kept, nameof(changed.LocalSizeLimit), earlier.LocalSizeLimit, changed.LocalSizeLimit, value => changed.LocalSizeLimit = value);
        Keep(kept, nameof(changed.MaximumPayloadBytes), earlier.MaximumPayloadBytes, changed.MaximumPayloadBytes, value => changed.MaximumPayloadBytes = value);
        Keep(kept, nameof(changed.MaximumKeyLength), earlier.MaximumKeyLength, changed.MaximumKeyLength, value => changed.MaximumKeyLength = value);
        Keep(kept, nameof(changed.LeaseDuration), earlier.LeaseDuration, changed.LeaseDuration, value => changed.LeaseDuration = value);
        Keep(kept, nameof(changed.RemoteTimeout), earlier.RemoteTimeout, changed.RemoteTimeout, value => changed.RemoteTimeout = value);

        // Before the interval, whose default is a part of it.
        Keep(kept, nameof(changed.MaxStaleness), earlier.MaxStaleness, changed.MaxStaleness, value => changed.MaxStaleness = value);
        Keep(kept, nameof(changed.HeartbeatInterval), earlier.HeartbeatInterval, changed.HeartbeatInterval, value => changed.HeartbeatInterval = value);
        Keep(kept, nameof(changed.LogLength), earlier.LogLength, changed.LogLength, value => changed.LogLength = value);
        Keep(kept, nameof(changed.TagsPerPartition), earlier.TagsPerPartition, changed.TagsPerPartition, value => changed.TagsPerPartition = value);
        Keep(
            kept, nameof(changed.MaximumQueuedInvalidations), earlier.MaximumQueuedInvalidations, changed.MaximumQueuedInvalidations,
            value => changed.MaximumQueuedInvalidations = value);
        Keep(kept, nameof(changed.VerifySample), earlier.VerifySample, changed.VerifySample, value => changed.VerifySample = value);
        Keep(
            kept, $"{nameof(changed.DistributedCache)}:{nameof(changed.DistributedCache.LocalBudget)}",
            earlier.DistributedCache.LocalBudget, changed.DistributedCache.LocalBudget, value => changed.DistributedCache.LocalBudget = value);
    }

    private static void Profile(List<string> kept, string path, string name, TieredCacheProfile? before, TieredCacheProfile? after, TieredCacheOptions changed)
    {
        if (after is null)
        {
            // One that no key selects may go; the keys of another would move to a profile that may live elsewhere.
            if (before?.Keys is not { Count: > 0 }) return;
            kept.Add(path);
            changed.Profiles[name] = before;
            return;
        }

        if (!(before?.Keys ?? []).ToHashSet(StringComparer.Ordinal).SetEquals(after.Keys ?? []))
        {
            kept.Add($"{path}:{nameof(after.Keys)}");
            after.Keys = before?.Keys;
        }

        // A new profile may live where it likes, since no key is in it yet; but L1 has no region for it.
        if (before is null)
        {
            var eviction = ProfileLayers.Complete(name, changed.Profiles).Eviction!.Value;
            Keep(kept, $"{path}:{nameof(after.Eviction)}", LocalEviction.Adaptive, eviction, value => after.Eviction = value);
            Keep(kept, $"{path}:{nameof(after.LocalBudget)}", null, after.LocalBudget, value => after.LocalBudget = value);
            return;
        }

        Keep(kept, $"{path}:{nameof(after.Primary)}", before.Primary, after.Primary, value => after.Primary = value);
        Keep(kept, $"{path}:{nameof(after.Versioned)}", before.Versioned, after.Versioned, value => after.Versioned = value);
        Keep(kept, $"{path}:{nameof(after.Version)}", before.Version, after.Version, value => after.Version = value);
        Keep(kept, $"{path}:{nameof(after.Eviction)}", before.Eviction, after.Eviction, value => after.Eviction = value);
        Keep(kept, $"{path}:{nameof(after.LocalBudget)}", before.LocalBudget, after.LocalBudget, value => after.LocalBudget = value);
    }

    private static void Keep<T>(List<string> kept, string path, T earlier, T changed, Action<T> set)
    {
        if (EqualityComparer<T>.Default.Equals(earlier, changed)) return;
        kept.Add(path);
        set(earlier);
    }
}
