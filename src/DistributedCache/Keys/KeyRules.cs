using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace DistributedCache.Keys;

/// <summary>
/// What a key, tag, prefix or tenant may be: 1 to a maximum of UTF-16 characters, none a control character and no
/// surrogate without its other half (it has no UTF-8, so two such keys could become one in a remote store).
/// </summary>
internal static class KeyRules
{
    /// <summary>The default for the longest key, in UTF-16 characters.</summary>
    public const int DefaultMaxLength = 1024;

    public static bool IsValid(ReadOnlySpan<char> text, int maxLength) =>
        !text.IsEmpty && text.Length <= maxLength && IndexOfRefused(text) < 0;

    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule is broken; the message says which, where, and the limit.</exception>
    public static void Validate(
        [NotNull] string? text, int maxLength, [CallerArgumentExpression(nameof(text))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        Validate(text.AsSpan(), maxLength, argument);
    }

    /// <inheritdoc cref="Validate(string?, int, string?)"/>
    public static void Validate(
        ReadOnlySpan<char> text, int maxLength, [CallerArgumentExpression(nameof(text))] string? argument = null)
    {
        if (!IsValid(text, maxLength))
            throw new ArgumentException(Explain(text, maxLength, argument), argument);
    }

    /// <summary>The sentence that says what is wrong, or null where nothing is.</summary>
    public static string? Explain(ReadOnlySpan<char> text, int maxLength, string? name)
    {
        if (text.IsEmpty)
            return $"'{name}' is empty; it needs 1 to {Number(maxLength)} characters.";
        if (text.Length > maxLength)
            return $"'{name}' is {Number(text.Length)} characters long; the limit is {Number(maxLength)}.";
        var index = IndexOfRefused(text);
        if (index < 0)
            return null;
        var kind = char.IsControl(text[index]) ? "the control character" : "the lone surrogate";
        return $"'{name}' has {kind} U+{(int)text[index]:X4} at index {index}; "
            + "control characters and surrogates without their other half are not allowed.";
    }

    private static int IndexOfRefused(ReadOnlySpan<char> text)
    {
        // Printable ASCII, which most keys are, is settled by one vectorised pass.
        var i = text.IndexOfAnyExceptInRange(' ', '~');
        while ((uint)i < (uint)text.Length)
        {
            var c = text[i];
            if (char.IsControl(c))
                return i;
            if (char.IsSurrogate(c))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(c, text[i + 1]))
                    return i;
                i++;
            }
            i++;
        }
        return -1;
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
