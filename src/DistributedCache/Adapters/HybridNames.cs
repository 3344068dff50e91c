using System.Diagnostics.CodeAnalysis;
using DistributedCache.Keys;

namespace DistributedCache.Adapters;

/// <summary>HybridCache's rules for keys and tags. Where they let through what can't be a key or tag here, the call goes uncached.</summary>
internal static class HybridNames
{
    /// <summary>The tag that every entry has.</summary>
    public const string Everything = "*";

    /// <summary>Why there can be no entry under that key; null if there can.</summary>
    public static string? Refusal(string? key, int maximumLength) =>
        string.IsNullOrWhiteSpace(key) ? "the key is null, empty or white space." : KeyRules.Explain(key, maximumLength, nameof(key));

    /// <summary>Whether entries can have that tag.</summary>
    public static bool CanHave([NotNullWhen(true)] string? tag, int maximumLength) =>
        !string.IsNullOrWhiteSpace(tag) && KeyRules.IsValid(tag, maximumLength);

    /// <summary>The tags for an entry, copied.</summary>
    /// <param name="tags">What the caller gave.</param>
    /// <param name="maximumLength">The most characters of a tag.</param>
    /// <param name="refusal">Why an entry can't have them, so that nothing could ever invalidate it by them; null if it can.</param>
    /// <exception cref="ArgumentException">A tag is null, empty or white space, or is the one that stands for everything.</exception>
    public static string[]? Copy(IEnumerable<string>? tags, int maximumLength, out string? refusal)
    {
        refusal = null;
        if (tags is null) return null;
        string[] all = [.. tags];
        foreach (var tag in all)
        {
            if (string.IsNullOrWhiteSpace(tag)) throw new ArgumentException("A tag is null, empty or white space; it needs at least one other character.", nameof(tags));
            if (tag == Everything) throw new ArgumentException($"The tag '{Everything}' stands for every entry; an entry can't be given it.", nameof(tags));
            refusal ??= KeyRules.Explain(tag, maximumLength, nameof(tag));
        }

        return all;
    }
}
