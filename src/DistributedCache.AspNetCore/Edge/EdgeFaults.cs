using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>The rules that options of edges share.</summary>
internal static class EdgeFaults
{
    /// <param name="cache">The cache's name.</param>
    /// <param name="path">What the options are called.</param>
    public static OptionFaults Of(string? cache, string path) => new(string.IsNullOrEmpty(cache) ? $"{path}:" : $"Caches:{cache}:{path}:");

    public static void Check(EdgeOptions o, OptionFaults faults)
    {
        faults.Range(nameof(o.Attempts), o.Attempts, 1, 10);
        faults.Unless(
            o.RequestTimeout >= TimeSpan.FromMilliseconds(100) && o.RequestTimeout <= TimeSpan.FromSeconds(50),
            nameof(o.RequestTimeout), o.RequestTimeout, "from 00:00:00.1000000 to 00:00:50");
        faults.Range(nameof(o.PendingLimit), o.PendingLimit, 2, 1_000_000);
        faults.Unless(
            o.DrainTimeout >= TimeSpan.Zero && o.DrainTimeout <= TimeSpan.FromMinutes(5), nameof(o.DrainTimeout), o.DrainTimeout, "from zero to 00:05:00");
        faults.Unless(
            o.AnswerTimeout >= TimeSpan.Zero && o.AnswerTimeout <= TimeSpan.FromMinutes(1), nameof(o.AnswerTimeout), o.AnswerTimeout, "from zero to 00:01:00");
    }

    /// <summary>A header has one value, whoever reads tags from it.</summary>
    public static void Check(IReadOnlyList<EdgeSite> sites, OptionFaults faults)
    {
        foreach (var site in sites)
        {
            var (header, separator) = (site.Format.Header, site.Format.Separator);
            var first = sites.First(other => other.Format.Header.Equals(header, StringComparison.OrdinalIgnoreCase));
            faults.Unless(
                separator == first.Format.Separator, $"{site.Name}:Separator", separator.ToString(),
                $"'{first.Format.Separator}' where tags are in the header {header}, which the edge '{first.Name}' reads too");
        }
    }

    /// <summary>An address of an edge, whose path, if any, is kept.</summary>
    public static void Address(this OptionFaults faults, string path, Uri? value) => faults.Unless(
        value is { IsAbsoluteUri: true } && value.Scheme is "http" or "https" && value.Query.Length == 0,
        path, value, "an absolute http or https address without a query, such as https://edge.example");

    /// <summary>What names something in a request: it would change the request if it had other characters, or were '..'.</summary>
    public static void Identifier(this OptionFaults faults, string path, string? value) => faults.Unless(
        value is { Length: > 0 } && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
        path, value, "1 or more letters, digits, '_' or '-'");

    /// <summary>A secret, which no message shows.</summary>
    public static void Secret(this OptionFaults faults, string path, string? value) => faults.Unless(
        value is { Length: > 0 } && value.All(static c => c is > ' ' and <= '~'),
        path, string.IsNullOrEmpty(value) ? "" : "(hidden)", "1 or more visible ASCII characters");

    /// <summary>The name of a response header.</summary>
    public static void Header(this OptionFaults faults, string path, string? value) => faults.Unless(
        Headers.HeaderText.IsToken(value), path, value, "the name of a header, such as Cache-Tag");
}
