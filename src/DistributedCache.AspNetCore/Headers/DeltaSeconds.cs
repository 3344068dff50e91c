namespace DistributedCache.AspNetCore.Headers;

/// <summary>A count of seconds (RFC 9111, section 1.2.2): digits alone; what is too large is as good as for ever.</summary>
internal static class DeltaSeconds
{
    /// <summary>What a count that can't be represented is taken for: 2^31.</summary>
    public const long Greatest = 1L << 31;

    public static bool TryParse(ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var digit in text) seconds = Math.Min(Greatest, (seconds * 10) + (digit - '0'));
        return true;
    }
}
