namespace DistributedCache.Registration;

/// <summary>What a running cache can't change, since it says where entries live: kept as it was.</summary>
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

        foreach (var name in earlier.Profiles.Keys.Union(changed.Profiles.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            earlier.Profiles.TryGetValue(name, out var before);
            changed.Profiles.TryGetValue(name, out var after);
            Profile(kept, $"{nameof(changed.Profiles)}:{name}", name, before, after, changed);
        }

        return kept;
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

        // A new profile may live where it likes: no key is in it yet.
        if (before is null) return;
        Keep(kept, $"{path}:{nameof(after.Primary)}", before.Primary, after.Primary, value => after.Primary = value);
        Keep(kept, $"{path}:{nameof(after.Versioned)}", before.Versioned, after.Versioned, value => after.Versioned = value);
        Keep(kept, $"{path}:{nameof(after.Version)}", before.Version, after.Version, value => after.Version = value);
    }

    private static void Keep<T>(List<string> kept, string path, T earlier, T changed, Action<T> set)
    {
        if (EqualityComparer<T>.Default.Equals(earlier, changed)) return;
        kept.Add(path);
        set(earlier);
    }
}
