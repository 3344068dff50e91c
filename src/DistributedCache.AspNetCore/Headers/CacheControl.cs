using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Headers;

/// <summary>The directives of <c>Cache-Control</c>, of requests and of responses (RFC 9111, section 5.2; RFC 5861).</summary>
/// <remarks>Of a directive that comes twice the first counts. A count of seconds that can't be read is 0: what has no sound freshness
/// is stale (section 4.2.1).</remarks>
internal sealed record CacheControl
{
    private static readonly FrozenSet<string> Counts = FrozenSet.ToFrozenSet(["max-age", "s-maxage", "min-fresh", "max-stale", "stale-while-revalidate", "stale-if-error"]);

    public static CacheControl Empty { get; } = new();

    public bool NoStore { get; private set; }

    /// <summary>Without field names: those say only which fields are not to be reused, and all is revalidated for them here.</summary>
    public bool NoCache { get; private set; }

    /// <summary>Also with field names: this cache does not tell a response's fields apart.</summary>
    public bool Private { get; private set; }

    public bool Public { get; private set; }

    public bool MustRevalidate { get; private set; }

    public bool ProxyRevalidate { get; private set; }

    public bool MustUnderstand { get; private set; }

    public bool NoTransform { get; private set; }

    public bool OnlyIfCached { get; private set; }

    public long? MaxAge { get; private set; }

    public long? SharedMaxAge { get; private set; }

    public long? MinFresh { get; private set; }

    /// <summary>Without an argument: however stale.</summary>
    public long? MaxStale { get; private set; }

    public long? StaleWhileRevalidate { get; private set; }

    public long? StaleIfError { get; private set; }

    /// <summary>Whether it comes from a field that is meant for this cache in particular, so that <c>Expires</c> says nothing to it
    /// (RFC 9213, section 2.2).</summary>
    public bool IsTargeted { get; private set; }

    public static CacheControl Parse(StringValues lines)
    {
        if (lines.Count == 0) return Empty;
        var control = new CacheControl();
        foreach (var line in lines)
        {
            ReadOnlySpan<char> rest = line;
            while (HeaderText.TryNext(ref rest, out var directive)) control.Take(directive);
        }

        return control;
    }

    /// <summary>The directives of a targeted field such as <c>CDN-Cache-Control</c> (RFC 9213, section 2.1), a structured dictionary;
    /// null where it is missing, empty or can't be read: it is then as if it were not there.</summary>
    public static CacheControl? ParseTargeted(StringValues lines)
    {
        if (lines.Count == 0 || StructuredDictionary.Parse(lines) is not { Count: > 0 } members) return null;
        var control = new CacheControl { IsTargeted = true };
        foreach (var (name, value) in members)
        {
            // A value of another type than the directive's says nothing. A flag may name fields, in whatever form.
            if (Counts.Contains(name))
            {
                if (value is long and >= 0 and var count) control.Take(name, count.ToString(CultureInfo.InvariantCulture), hasArgument: true);
            }
            else if (value is not (false or long)) control.Take(name, default, hasArgument: false);
        }

        return control;
    }

    private void Take(ReadOnlySpan<char> directive)
    {
        var equals = directive.IndexOf('=');
        var name = equals < 0 ? directive : directive[..equals];
        if (!HeaderText.IsToken(name)) return;
        Take(name.ToString().ToLowerInvariant(), equals < 0 ? default : HeaderText.Unquote(directive[(equals + 1)..]), hasArgument: equals >= 0);
    }

    /// <param name="name">The directive's name, lower-case.</param>
    /// <param name="argument">What stands behind the equals sign.</param>
    /// <param name="hasArgument">Whether there is one.</param>
    private void Take(string name, ReadOnlySpan<char> argument, bool hasArgument)
    {
        switch (name)
        {
            case "no-store": NoStore = true; break;
            case "no-cache": NoCache = true; break;
            case "private": Private = true; break;
            case "public": Public = true; break;
            case "must-revalidate": MustRevalidate = true; break;
            case "proxy-revalidate": ProxyRevalidate = true; break;
            case "must-understand": MustUnderstand = true; break;
            case "no-transform": NoTransform = true; break;
            case "only-if-cached": OnlyIfCached = true; break;
            case "max-age": MaxAge ??= Seconds(argument); break;
            case "s-maxage": SharedMaxAge ??= Seconds(argument); break;
            case "min-fresh": MinFresh ??= Seconds(argument); break;
            case "max-stale": MaxStale ??= !hasArgument ? DeltaSeconds.Greatest : Seconds(argument); break;
            case "stale-while-revalidate": StaleWhileRevalidate ??= Seconds(argument); break;
            case "stale-if-error": StaleIfError ??= Seconds(argument); break;
        }
    }

    private static long Seconds(ReadOnlySpan<char> argument) => DeltaSeconds.TryParse(argument, out var seconds) ? seconds : 0;
}
