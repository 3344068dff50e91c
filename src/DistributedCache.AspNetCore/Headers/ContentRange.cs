using System.Globalization;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>Which part of a whole a response holds (RFC 9110, section 14.4).</summary>
/// <param name="First">Where it begins.</param>
/// <param name="Last">Where it ends, the last byte included.</param>
/// <param name="Whole">Bytes of the whole; null where the response doesn't know.</param>
internal readonly record struct ContentRange(long First, long Last, long? Whole)
{
    public static bool TryParse(string? field, out ContentRange range)
    {
        range = default;
        if (field is null || !field.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase)) return false;
        var text = field.AsSpan(6);
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        if (dash < 0 || slash < dash) return false;
        long? whole = null;
        if (text[(slash + 1)..] is not "*")
        {
            if (!TryParse(text[(slash + 1)..], out var length)) return false;
            whole = length;
        }

        if (!TryParse(text[..dash], out var first) || !TryParse(text[(dash + 1)..slash], out var last) || last < first || whole <= last) return false;
        range = new ContentRange(first, last, whole);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{Last}/{(Whole is { } whole ? whole.ToString(CultureInfo.InvariantCulture) : "*")}");

    private static bool TryParse(ReadOnlySpan<char> text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
