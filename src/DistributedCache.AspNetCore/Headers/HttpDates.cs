using System.Globalization;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>HTTP's three forms of a date (RFC 9110, section 5.6.7). The zone is GMT, in so many letters: anything else is no date.</summary>
internal static class HttpDates
{
    private static readonly string[] Forms =
    [
        "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        "dddd, dd'-'MMM'-'yy HH':'mm':'ss 'GMT'",
        "ddd MMM d HH':'mm':'ss yyyy",
        "ddd MMM  d HH':'mm':'ss yyyy",
    ];

    // Of a year in two digits that seems to lie more than 50 years ahead the same in the last century is meant.
    private static readonly CultureInfo Culture = MakeCulture();

    public static bool TryParse(string? text, out DateTimeOffset date)
    {
        date = default;
        return text is not null && DateTimeOffset.TryParseExact(text, Forms, Culture, DateTimeStyles.AssumeUniversal, out date);
    }

    public static string Format(DateTimeOffset date) => date.ToString("r", CultureInfo.InvariantCulture);

    private static CultureInfo MakeCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.Calendar.TwoDigitYearMax = Math.Min(TimeProvider.System.GetUtcNow().Year + 50, 9999);
        return culture;
    }
}
