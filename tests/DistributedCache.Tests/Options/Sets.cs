using DistributedCache.Profiles;
using DistributedCache.Registration;

namespace DistributedCache.Tests.TieredOptions;

/// <summary>Options and profiles without services.</summary>
internal static class Sets
{
    public static ProfileSet Of(TieredCacheOptions options)
    {
        Assert.Empty(Faults(options));
        var indexes = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return ProfileSet.Create(options, name => indexes.TryGetValue(name, out var index) ? index : indexes[name] = indexes.Count);
    }

    public static ProfileSet Of(params (string Name, TieredCacheProfile Profile)[] profiles) => Of(With(profiles));

    public static TieredCacheOptions With(params (string Name, TieredCacheProfile Profile)[] profiles)
    {
        var options = new TieredCacheOptions { Application = "shop", Version = "1.2.3", LocalSizeLimit = 1000 };
        foreach (var (name, profile) in profiles) options.Profiles[name] = profile;
        return options;
    }

    public static IReadOnlyList<string> Faults(TieredCacheOptions options, string name = "") =>
        [.. new OptionsValidator().Validate(name, options).Failures ?? []];
}
