using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>A list of preferences such as <c>Accept-Language</c> or <c>Accept-Encoding</c> (RFC 9110, section 12.4.2).</summary>
internal static class WeightedList
{
    /// <summary>The members in lower case with their weights, the most preferred first; of those alike, as they come.</summary>
    public static List<(string Name, double Weight)> Parse(StringValues lines)
    {
        var members = new List<(string Name, double Weight)>();
        foreach (var member in HeaderText.Members(lines))
        {
            var semicolon = member.IndexOf(';', StringComparison.Ordinal);
            var name = (semicolon < 0 ? member : member[..semicolon]).Trim(' ', '\t').ToLowerInvariant();
            members.Add((name, semicolon < 0 ? 1 : WeightOf(member.AsSpan(semicolon + 1))));
        }

        return [.. members.OrderByDescending(static member => member.Weight)];
    }

    /// <summary>What is preferred to all others; null where several are, or none is.</summary>
    public static string? First(StringValues lines)
    {
        var members = Parse(lines);
        return members.Count > 0 && members[0].Weight > 0 && (members.Count == 1 || members[1].Weight < members[0].Weight) ? members[0].Name : null;
    }

    private static double WeightOf(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim(" \t");
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight))
                return Math.Clamp(weight, 0, 1);
        }

        return 1;
    }
}
