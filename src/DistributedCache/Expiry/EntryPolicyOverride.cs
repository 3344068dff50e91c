using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DistributedCache.Profiles;

namespace DistributedCache.Expiry;

/// <summary>Lays what a call says over its profile, and refuses what can't hold.</summary>
internal static class EntryPolicyOverride
{
    public static EntryPolicy Apply(ProfileSet profiles, ResolvedProfile keyProfile, ReadOnlySpan<char> key, TieredCacheEntryOptions options)
    {
        var profile = options.Profile is { } name ? Named(profiles, keyProfile, key, name) : keyProfile;
        if (options.Duration is { } own) Positive(own, nameof(options.Duration), key);
        if (options.LocalDuration is { } local) Positive(local, nameof(options.LocalDuration), key);
        if (options.Sliding is { } window) Positive(window, nameof(options.Sliding), key);
        if (options.StaleFor is { } stale && (stale < TimeSpan.Zero || stale > TieredCacheOptions.MaximumLifetime))
            Refuse(nameof(options.StaleFor), stale, $"from zero to {TieredCacheOptions.MaximumLifetime}", key);
        if (options.StaleFor > TimeSpan.Zero && profile.Primary)
            Refuse(nameof(options.StaleFor), options.StaleFor, $"zero, since the profile '{profile.Name}' is primary", key);
        if (options.LocalSize < 0) Refuse(nameof(options.LocalSize), options.LocalSize, "0 bytes or more", key);

        var policy = profile.Policy;
        // As in a profile: what only slides has no other end.
        var onlySlides = options.Sliding is not null && policy.Sliding is null;
        var duration = options.Duration ?? (onlySlides ? TieredCacheOptions.MaximumLifetime : policy.Duration);
        var cap = options.LocalDuration ?? profile.LocalCap;
        return new EntryPolicy(
            profile,
            duration,
            cap < duration ? cap.Value : duration,
            cap is not null,
            options.Sliding ?? policy.Sliding,
            options.StaleFor ?? policy.StaleFor,
            options.LocalSize ?? policy.LocalSize,
            options.Flags ?? policy.Flags);
    }

    private static ResolvedProfile Named(ProfileSet profiles, ResolvedProfile keyProfile, ReadOnlySpan<char> key, string name)
    {
        if (!profiles.TryGet(name, out var named))
            Refuse(nameof(TieredCacheEntryOptions.Profile), $"'{name}'", $"one of {Names(profiles)}", key);
        if (!named.SameHome(keyProfile))
        {
            Refuse(
                nameof(TieredCacheEntryOptions.Profile),
                $"'{named.Name}' ({Home(named)})",
                $"one that keeps the key where its own profile '{keyProfile.Name}' ({Home(keyProfile)}) does",
                key);
        }

        return named;
    }

    private static string Names(ProfileSet profiles) =>
        string.Join(", ", profiles.All.Where(profile => profile != profiles.Distributed).Select(profile => profile.Name));

    private static string Home(ResolvedProfile profile) =>
        profile.Primary ? "primary" : profile.Versioned ? $"version {profile.Version}" : "not versioned";

    private static void Positive(TimeSpan value, string option, ReadOnlySpan<char> key)
    {
        if (value <= TimeSpan.Zero || value > TieredCacheOptions.MaximumLifetime)
            Refuse(option, value, $"more than zero and at most {TieredCacheOptions.MaximumLifetime}", key);
    }

    [DoesNotReturn]
    private static void Refuse(string option, object? value, string rule, ReadOnlySpan<char> key) => throw new ArgumentException(
        string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; for the key '{key}' it must be {rule}."));
}
