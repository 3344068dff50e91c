using System.Globalization;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>HTTP's three forms of a date (RFC 9110, section 5.6.7). The zone is GMT, in so many letters: anything else is no date.</summary>
/// <remarks>The letters' case is not looked at, nor is whether the day of the week is that day's: what names a moment is the rest.</remarks>
internal static class HttpDates
{
    private const string Zone = " GMT";

    private static readonly string[] Fixed = ["dd MMM yyyy HH':'mm':'ss"];
    private static readonly string[] Rfc850 = ["dd'-'MMM'-'yy HH':'mm':'ss"];
    private static readonly string[] Asctime = ["MMM d HH':'mm':'ss yyyy", "MMM  d HH':'mm':'ss yyyy"];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    // Of a year in two digits that seems to lie more than 50 years ahead the same in the last century is meant.
    private static readonly CultureInfo Culture = MakeCulture();

    public static bool TryParse(string? text, out DateTimeOffset date)
    {
        date = default;
        if (text is null) return false;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (!IsDay(text, comma < 0 ? 3 : comma, out var rest)) return false;
        if (comma < 0) return TryParse(rest, Asctime, out date);
        return rest.EndsWith(Zone, StringComparison.OrdinalIgnoreCase) && TryParse(rest[..^Zone.Length], comma == 3 ? Fixed : Rfc850, out date);
    }

    public static string Format(DateTimeOffset date) => date.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>Whether it begins with a day's name of that length, or with the first letters of one, and a separator.</summary>
    private static bool IsDay(string text, int length, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (text.Length < length + 2) return false;
        var separator = text[length] == ',' ? length + 1 : length;
        if (text[separator] != ' ') return false;
        foreach (var day in Days)
        {
            if (length != 3 && length != day.Length) continue;
            if (!text.AsSpan(0, length).Equals(day.AsSpan(0, length), StringComparison.OrdinalIgnoreCase)) continue;
            rest = text.AsSpan(separator + 1);
            return true;
        }

        return false;
    }

    private static bool TryParse(ReadOnlySpan<char> text, string[] forms, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, forms, Culture, DateTimeStyles.AssumeUniversal, out date);

    private static CultureInfo MakeCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.Calendar.TwoDigitYearMax = Math.Min(TimeProvider.System.GetUtcNow().Year + 50, 9999);
        return culture;
    }
}
