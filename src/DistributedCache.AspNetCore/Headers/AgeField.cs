using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>How old a response was when it came (RFC 9111, section 5.1).</summary>
internal static class AgeField
{
    /// <summary>Seconds: the first member's where there are several; what is no count is as if it were not there.</summary>
    public static long Parse(StringValues lines)
    {
        foreach (var line in lines)
        {
            ReadOnlySpan<char> rest = line;
            if (HeaderText.TryNext(ref rest, out var first)) return DeltaSeconds.TryParse(first, out var seconds) ? seconds : 0;
        }

        return 0;
    }
}
