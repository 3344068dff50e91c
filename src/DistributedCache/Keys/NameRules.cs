using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DistributedCache.Keys;

/// <summary>
/// What an application or a version may be called: letters, digits, '.', '_' and '-' of ASCII. They stand unescaped in
/// the names of Redis keys, between braces and colons.
/// </summary>
internal static class NameRules
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(Allowed);

    /// <summary>The sentence that says what is wrong, or null where nothing is.</summary>
    public static string? Explain(ReadOnlySpan<char> value, string? name)
    {
        if (value.IsEmpty)
            return $"'{name}' is empty; it needs one or more of A-Z, a-z, 0-9, '.', '_' and '-'.";
        var index = value.IndexOfAnyExcept(Allowed);
        return index < 0 ? null
            : $"'{name}' is '{value}', with the character U+{(int)value[index]:X4} at index {index}; "
                + "only A-Z, a-z, 0-9, '.', '_' and '-' are allowed.";
    }

    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    /// <exception cref="ArgumentException">It is empty or has another character.</exception>
    public static void Validate(
        [NotNull] string? value, [CallerArgumentExpression(nameof(value))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(value, argument);
        if (Explain(value, argument) is { } fault)
            throw new ArgumentException(fault, argument);
    }
}
