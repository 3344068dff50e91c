using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>The request fields that chose a response (RFC 9110, section 12.5.5).</summary>
internal static class VaryField
{
    /// <summary>The names, lower-case, each once, in order; null for <c>*</c>: no other request is known to be like it.</summary>
    public static string[]? Parse(StringValues lines)
    {
        var names = HeaderText.Members(lines);
        return names.Contains("*") ? null : [.. names.Select(static name => name.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
    }
}
