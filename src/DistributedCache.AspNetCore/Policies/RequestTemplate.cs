using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>A text with parts of the request in braces: a tag, or what tells responses apart.</summary>
internal sealed class RequestTemplate
{
    private readonly (string Text, Source From)[] _parts;

    private RequestTemplate((string, Source)[] parts) => _parts = parts;

    private enum Source
    {
        Literal,
        Route,
        Query,
        Header,
        Claim,
    }

    /// <summary>Whether only who asks can be told by it.</summary>
    public bool HasClaims => Array.Exists(_parts, static part => part.From == Source.Claim);

    /// <summary>The request headers it names.</summary>
    public IEnumerable<string> Headers => _parts.Where(static part => part.From == Source.Header).Select(static part => part.Text);

    /// <summary>The route values it names.</summary>
    public IEnumerable<string> RouteValues => _parts.Where(static part => part.From == Source.Route).Select(static part => part.Text);

    /// <exception cref="FormatException">A brace is open, empty, or names a source that is not one.</exception>
    public static RequestTemplate Parse(string template)
    {
        var parts = new List<(string, Source)>();
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf('{', at);
            if (open < 0) open = template.Length;
            if (open > at) parts.Add((template[at..open], Source.Literal));
            if (open == template.Length) break;
            var close = template.IndexOf('}', open);
            if (close < open + 2) throw new FormatException($"'{template}' has a brace at {open} that is not closed or empty.");
            parts.Add(Named(template, template[(open + 1)..close]));
            at = close + 1;
        }

        return new RequestTemplate([.. parts]);
    }

    /// <summary>The text for a request; null where it has no such value.</summary>
    public string? Of(HttpContext context)
    {
        if (_parts is [(var literal, Source.Literal)]) return literal;
        var text = new StringBuilder();
        foreach (var (part, from) in _parts)
        {
            var value = from switch
            {
                Source.Literal => part,
                Source.Route => Convert.ToString(context.GetRouteValue(part), System.Globalization.CultureInfo.InvariantCulture),
                Source.Query => context.Request.Query[part].ToString(),
                Source.Header => context.Request.Headers[part].ToString(),
                _ => context.User.FindFirst(part)?.Value,
            };
            if (string.IsNullOrEmpty(value)) return null;
            text.Append(value);
        }

        return text.ToString();
    }

    private static (string, Source) Named(string template, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return (name, Source.Route);
        return (name[(dot + 1)..], name[..dot]) switch
        {
            ({ Length: > 0 } rest, "query") => (rest, Source.Query),
            ({ Length: > 0 } rest, "header") => (rest, Source.Header),
            ({ Length: > 0 } rest, "claim") => (rest, Source.Claim),
            _ => throw new FormatException($"'{template}' names '{name}'; it may be a route value, query.name, header.name or claim.type."),
        };
    }
}
