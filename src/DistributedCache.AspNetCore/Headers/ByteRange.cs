using System.Globalization;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>A part of a body that was asked for (RFC 9110, section 14).</summary>
internal readonly record struct ByteRange(long First, long Last)
{
    public long Length => Last - First + 1;

    /// <summary>Reads a request for one range. Several at once, other units and what can't be read are no request: the whole is sent.</summary>
    /// <param name="field">The field.</param>
    /// <param name="length">Bytes of the whole.</param>
    /// <param name="range">The part.</param>
    /// <param name="isSatisfiable">False where it lies behind the end.</param>
    public static bool TryParse(string? field, long length, out ByteRange range, out bool isSatisfiable)
    {
        range = default;
        isSatisfiable = false;
        if (field is null || !field.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return false;
        var text = field.AsSpan(6).Trim(" \t");
        var dash = text.IndexOf('-');
        if (dash < 0 || text.Contains(',')) return false;
        var from = text[..dash];
        var to = text[(dash + 1)..];
        if (from.IsEmpty)
        {
            if (!TryParse(to, out var suffix)) return false;
            range = new ByteRange(Math.Max(0, length - suffix), length - 1);
            isSatisfiable = suffix > 0 && length > 0;
            return true;
        }

        var last = length - 1;
        if (!TryParse(from, out var first) || (!to.IsEmpty && !TryParse(to, out last)) || last < first && !to.IsEmpty) return false;
        range = new ByteRange(first, Math.Min(last, length - 1));
        isSatisfiable = first < length;
        return true;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
