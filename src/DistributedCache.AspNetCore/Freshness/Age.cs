using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Freshness;

/// <summary>How old a response is (RFC 9111, section 4.2.3).</summary>
internal static class Age
{
    /// <summary>Its age when it was received, in milliseconds: what it says of itself and the time it was under way, or what its date
    /// says where that is more.</summary>
    /// <param name="headers">Its headers.</param>
    /// <param name="requested">When it was asked for.</param>
    /// <param name="received">When its headers were there.</param>
    public static long WhenReceived(IHeaderDictionary headers, DateTimeOffset requested, DateTimeOffset received)
    {
        var corrected = (AgeField.Parse(headers.Age) * 1000) + Math.Max(0, (long)(received - requested).TotalMilliseconds);
        if (!HttpDates.TryParse(headers.Date, out var date)) return corrected;

        // A date has no parts of a second: less than one is no age.
        var apparent = (long)(received - date).TotalMilliseconds;
        return Math.Max(corrected, apparent < 1000 ? 0 : apparent);
    }
}
