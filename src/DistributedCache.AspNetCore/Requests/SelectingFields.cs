using System.Collections.Concurrent;
using System.Globalization;
using DistributedCache.AspNetCore.Headers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>What a request field says that chooses among responses, so that what means the same is the same (RFC 9111, section 4.1).</summary>
internal static class SelectingFields
{
    // Few clients say something of their own in these. What is more than so many is read each time.
    private const int MaximumKnown = 1_000;
    private const int MaximumKnownLength = 128;

    private static readonly ConcurrentDictionary<string, string> Ordered = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string> Unordered = new(StringComparer.Ordinal);

    /// <summary>The field's value, normalised; null where the request has no such field.</summary>
    /// <param name="name">Its name, lower-case.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="ranksByWeightAlone">Whether what has the same weight is in no order, as RFC 9110 has it; the framework's own
    /// localization goes by the order.</param>
    public static string? Normalize(string name, StringValues lines, bool ranksByWeightAlone)
    {
        if (lines.Count == 0) return null;
        if (name.Equals(HeaderNames.AcceptEncoding, StringComparison.OrdinalIgnoreCase)) return Weigh(lines, isOrdered: false, Unordered);
        if (name.Equals(HeaderNames.AcceptLanguage, StringComparison.OrdinalIgnoreCase)) return ranksByWeightAlone ? Weigh(lines, isOrdered: false, Unordered) : Weigh(lines, isOrdered: true, Ordered);

        // Of any other, lines count as one, and spaces around commas say nothing.
        return lines.Count == 1 && !lines[0].AsSpan().ContainsAny(' ', '\t', ',') ? lines[0] : string.Join(',', HeaderText.Members(lines));
    }

    private static string Weigh(StringValues lines, bool isOrdered, ConcurrentDictionary<string, string> known)
    {
        if (lines.Count != 1 || lines[0] is not { Length: <= MaximumKnownLength } line) return Join(WeightedList.Parse(lines), isOrdered);
        if (known.TryGetValue(line, out var weighed)) return weighed;
        weighed = Join(WeightedList.Parse(line), isOrdered);
        if (known.Count < MaximumKnown) known[line] = weighed;
        return weighed;
    }

    private static string Join(List<(string Name, double Weight)> members, bool isOrdered) => string.Join(',', (isOrdered
        ? members.AsEnumerable()
        : members.OrderByDescending(static member => member.Weight).ThenBy(static member => member.Name, StringComparer.Ordinal))
        .Select(static member => member.Weight == 1 ? member.Name : string.Create(CultureInfo.InvariantCulture, $"{member.Name};q={member.Weight}")));
}
