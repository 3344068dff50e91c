using System.Globalization;

namespace DistributedCache.Registration;

/// <summary>Finds what is wrong with the prefixes: each must be the beginning of some key, and of one profile's only.</summary>
internal static class ProfileKeysValidator
{
    public static void Validate(TieredCacheOptions options, IEnumerable<string> profiles, OptionFaults faults)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in profiles)
        {
            var path = $"{nameof(options.Profiles)}:{name}:{nameof(TieredCacheProfile.Keys)}";
            var keys = options.Profiles[name]?.Keys ?? [];
            if (name.Equals(TieredCacheDefaults.ProfileName, StringComparison.OrdinalIgnoreCase) && keys.Count > 0)
                faults.Add(path, string.Join(", ", keys), "empty: the profile holds for whatever no other does");
            for (var i = 0; i < keys.Count; i++)
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"{path}:{i}");
                if (Fault(keys[i], options.MaximumKeyLength) is { } rule) faults.Add(at, keys[i], rule);
                else if (!owners.TryAdd(keys[i], name)) faults.Add(at, keys[i], $"in one profile only, and '{owners[keys[i]]}' has it");
            }
        }
    }

    private static string? Fault(string? prefix, int maximumLength)
    {
        if (string.IsNullOrEmpty(prefix)) return "a prefix of 1 character or more";
        if (prefix.Length > maximumLength)
            return string.Create(CultureInfo.InvariantCulture, $"at most {nameof(TieredCacheOptions.MaximumKeyLength)}, {maximumLength:N0} characters, long");
        if (prefix.Any(char.IsControl)) return "without control characters, as keys are";
        // A star would be one character like any other, which nobody who writes one means.
        if (prefix.Contains('*', StringComparison.Ordinal)) return "a plain prefix, without '*'";
        return HasLoneSurrogate(prefix) ? "without surrogates that lack their other half, as keys are" : null;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }

        return false;
    }
}
