using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DistributedCache.Keys;

/// <summary>
/// What a prefix may be: whole segments of a key, closed by ':' (or ':*', which means the same), and no deeper than
/// the segments of a key that are indexed. Anything else would need a scan of all keys.
/// </summary>
internal static class PrefixRules
{
    /// <summary>How many segments of a key are indexed, hence how deep a prefix can be.</summary>
    public const int MaxDepth = 8;

    /// <summary>The prefix with its closing ':', as it is indexed.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="prefix"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule is broken; the message says what is allowed.</exception>
    public static string Normalize(
        [NotNull] string? prefix, int maxLength, [CallerArgumentExpression(nameof(prefix))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(prefix, argument);
        var bare = prefix.EndsWith(":*", StringComparison.Ordinal) ? prefix[..^1] : prefix;
        var fault = Explain(bare, maxLength, argument);
        return fault is null ? bare : throw new ArgumentException(fault, argument);
    }

    private static string? Explain(string prefix, int maxLength, string? name)
    {
        if (KeyRules.Explain(prefix, maxLength, name) is { } fault)
            return fault;
        if (prefix.Contains('*', StringComparison.Ordinal))
            return $"'{name}' is '{prefix}'; '*' is allowed only at the end, after a ':', as in 'user:42:*'. "
                + "To drop every entry, clear the cache.";
        if (!prefix.EndsWith(':'))
            return $"'{name}' is '{prefix}'; a prefix ends with a whole segment, as in '{prefix}:' or '{prefix}:*'.";
        var depth = prefix.AsSpan().Count(':');
        return depth <= MaxDepth ? null
            : $"'{name}' is '{prefix}', {depth} segments deep; a prefix has at most {MaxDepth}. Use a tag instead.";
    }
}
