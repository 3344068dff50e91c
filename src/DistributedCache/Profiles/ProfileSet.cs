using System.Diagnostics.CodeAnalysis;


namespace DistributedCache.Profiles;

/// <summary>All profiles of a cache as they are between two reloads.</summary>
internal sealed class ProfileSet
{
    /// <summary>The name, which no profile may have, of the one that <c>IDistributedCache</c>'s entries have.</summary>
    public const string DistributedName = "IDistributedCache";

    private readonly Dictionary<string, ResolvedProfile> _byName;
    private readonly PrefixTable<ResolvedProfile> _byPrefix;

    private ProfileSet(ResolvedProfile distributed, Dictionary<string, ResolvedProfile> byName)
    {
        _byName = byName;
        Distributed = distributed;
        Default = byName[TieredCacheDefaults.ProfileName];
        All = [.. byName.Values.Append(distributed).OrderBy(profile => profile.Index)];
        _byPrefix = new(byName.Values.SelectMany(profile => profile.Keys, (profile, prefix) => KeyValuePair.Create(prefix, profile)));
    }

    /// <summary>What holds for a key that no prefix covers.</summary>
    public ResolvedProfile Default { get; }

    /// <summary>What holds for entries that come through <c>IDistributedCache</c>; found by neither key nor name.</summary>
    public ResolvedProfile Distributed { get; }

    /// <summary>Every profile, by rising <see cref="ResolvedProfile.Index"/>; a profile that went leaves a gap.</summary>
    public IReadOnlyList<ResolvedProfile> All { get; }

    /// <param name="options">Valid options.</param>
    /// <param name="indexOf">A name's index, the same at every reload.</param>
    public static ProfileSet Create(TieredCacheOptions options, Func<string, int> indexOf)
    {
        var byName = new Dictionary<string, ResolvedProfile>(StringComparer.OrdinalIgnoreCase);
        Add(TieredCacheDefaults.ProfileName);
        var distributed = new ResolvedProfile(indexOf(DistributedName), DistributedName, DistributedProfile(options), options);
        // By name, so that the indexes do not hang on the order in which code and configuration spoke.
        foreach (var name in options.Profiles.Keys.Order(StringComparer.OrdinalIgnoreCase)) Add(name);
        return new(distributed, byName);

        void Add(string name)
        {
            if (!byName.ContainsKey(name))
                byName.Add(name, new ResolvedProfile(indexOf(name), name, ProfileLayers.Complete(name, options.Profiles), options));
        }
    }

    /// <summary>The profile with the longest prefix of the key, else <see cref="Default"/>.</summary>
    public ResolvedProfile For(ReadOnlySpan<char> key) => _byPrefix.Find(key) ?? Default;

    public bool TryGet(string name, [MaybeNullWhen(false)] out ResolvedProfile profile) => _byName.TryGetValue(name, out profile);

    private static TieredCacheProfile DistributedProfile(TieredCacheOptions options)
    {
        var profile = new TieredCacheProfile
        {
            Primary = true,
            Duration = TieredCacheDefaults.MaximumLifetime,
            Eviction = options.DistributedCache.LocalBudget is null ? LocalEviction.Adaptive : LocalEviction.Lru,
            LocalBudget = options.DistributedCache.LocalBudget,
        };
        return ProfileLayers.Complete(DistributedName, new Dictionary<string, TieredCacheProfile> { [DistributedName] = profile });
    }
}
