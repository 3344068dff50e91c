using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>The keys and the tag under which a request's responses are. Different requests have different keys: a part is divided from
/// the next by what it can't hold, or stands behind its length; and what may be missing says whether it is there.</summary>
internal static class RequestKeys
{
    /// <summary>Characters of the longest key that shows its parts; a longer one is a hash.</summary>
    public const int MaximumPlain = 256;

    private const string Prefix = "http:";
    private const string HashPrefix = "http:#";

    // Frameworks and applications build addresses from these, though no response names them in Vary: who may set them could else put
    // an address of his own into everybody's response. An intermediary that always says the same adds nothing.
    private static readonly string[] Rewriting =
    [
        "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Original-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
    ];

    /// <summary>Writes the key of all variants of a request's response; false where it is to be asked for as a string.</summary>
    public static bool TryWriteBase(in KeyedRequest request, ref PlainKey key)
    {
        key.Begin(Prefix);
        WriteBase(request, ref key);
        return key.IsWhole;
    }

    /// <summary>Writes the key of the variant that the request's fields of these names choose.</summary>
    /// <inheritdoc cref="TryWriteBase"/>
    public static bool TryWriteVariant(in KeyedRequest request, string[] names, ref PlainKey key)
    {
        key.Begin(Prefix);
        WriteBase(request, ref key);
        key.Add("vary");
        WriteSelection(request, names, null, ref key);
        return key.IsWhole;
    }

    /// <summary>The key of all variants: host, path, query and what the policy varies by.</summary>
    public static string Base(in KeyedRequest request)
    {
        var plain = new PlainKey(stackalloc char[MaximumPlain]);
        if (TryWriteBase(request, ref plain)) return plain.Text.ToString();
        var hashed = new CanonicalKey();
        WriteBase(request, ref hashed);
        return HashPrefix + hashed.Hash();
    }

    /// <summary>The key of the variant that the request's fields of these names choose.</summary>
    public static string Variant(in KeyedRequest request, string[] names)
    {
        var plain = new PlainKey(stackalloc char[MaximumPlain]);
        if (TryWriteVariant(request, names, ref plain)) return plain.Text.ToString();
        var hashed = new CanonicalKey();
        WriteBase(request, ref hashed);
        hashed.Add("vary");
        WriteSelection(request, names, null, ref hashed);
        return HashPrefix + hashed.Hash();
    }

    /// <summary>What the request says in the fields of these names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">Lower-case.</param>
    /// <param name="language">What stands for the request's <c>Accept-Language</c>: the language that it prefers to all others. Null: the field.</param>
    public static string Selection(in KeyedRequest request, string[] names, string? language = null)
    {
        if (names.Length == 0) return "";
        var plain = new PlainKey(stackalloc char[MaximumPlain]);
        WriteSelection(request, names, language, ref plain);
        if (plain.IsWhole) return plain.Text.ToString();
        var hashed = new CanonicalKey();
        WriteSelection(request, names, language, ref hashed);
        return hashed.Hash();
    }

    /// <summary>Whether the request says this in the fields of these names.</summary>
    /// <inheritdoc cref="Selection"/>
    public static bool Selects(in KeyedRequest request, string[] names, string selection, string? language = null)
    {
        if (names.Length == 0) return true;
        var plain = new PlainKey(stackalloc char[MaximumPlain]);
        WriteSelection(request, names, language, ref plain);
        return plain.IsWhole ? plain.Text.SequenceEqual(selection) : Selection(request, names, language) == selection;
    }

    /// <summary>The tag of everything under a target: all queries apart, all variants.</summary>
    public static string UriTag(HostString host, string path, string? query)
    {
        var key = new CanonicalKey();
        key.Add(host.Value?.ToLowerInvariant());
        key.Add(path);
        key.Add(query);
        return "uri:" + key.Hash();
    }

    public static string UriTag(HttpRequest request) => UriTag(request.Host, request.PathBase.Add(request.Path).Value ?? "", request.QueryString.Value);

    private static void WriteBase<TSink>(in KeyedRequest keyed, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        var (context, policy, values, isForPart) = keyed;
        var request = context.Request;
        key.Add(isForPart ? "part" : "whole");
        key.Add(request.Scheme);
        AddLower(request.Host.Value, ref key);
        key.Add(request.PathBase.Value);
        key.Add(request.Path.Value);
        if (policy.VaryByQuery is not { } names) key.Add(request.QueryString.Value);
        else
        {
            key.Add("?");
            foreach (var name in names) Add(name, request.Query.TryGetValue(name, out var asked) ? asked : StringValues.Empty, ref key);
        }

        foreach (var name in Rewriting)
        {
            if (request.Headers.TryGetValue(name, out var said)) Add(name, said, ref key);
        }

        if (request.Headers.TryGetValue("Forwarded", out var forwarded)) Add("Forwarded", AddressesOf(forwarded), ref key);

        foreach (var name in policy.VaryByHeader)
        {
            key.Add(name);
            AddOptional(SelectingFields.Normalize(name, request.Headers[name], policy.IsByHeadersAlone), ref key);
        }

        if (policy.VaryByUser) AddUser(context.User, ref key);
        foreach (var value in policy.VaryByValue) AddOptional(value.Of(context), ref key);
        foreach (var value in policy.VaryBy) AddOptional(value(context), ref key);
        foreach (var value in values) AddOptional(value, ref key);
    }

    /// <summary>What <c>Forwarded</c> says of the address (RFC 7239), without who asks.</summary>
    private static StringValues AddressesOf(StringValues forwarded) => string.Join(';', forwarded.SelectMany(static line => (line ?? "").Split(',', ';'))
        .Select(static pair => pair.Trim())
        .Where(static pair => !pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase) && !pair.StartsWith("by=", StringComparison.OrdinalIgnoreCase)));

    private static void WriteSelection<TSink>(in KeyedRequest keyed, string[] names, string? language, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        foreach (var name in names)
        {
            key.Add(name);
            if (language is not null && name.Equals("accept-language", StringComparison.Ordinal))
            {
                key.Add("~");
                key.Add(language);
            }
            else AddOptional(SelectingFields.Normalize(name, keyed.Context.Request.Headers[name], keyed.Policy.IsByHeadersAlone), ref key);
        }
    }

    private static void Add<TSink>(string name, StringValues values, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        key.Add(name);
        Span<char> count = stackalloc char[11];
        values.Count.TryFormat(count, out var length, provider: CultureInfo.InvariantCulture);
        key.Add(count[..length]);
        foreach (var value in values) key.Add(value);
    }

    private static void AddOptional<TSink>(string? value, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        key.Add(value is null ? "-" : "=");
        if (value is not null) key.Add(value);
    }

    private static void AddLower<TSink>(string? value, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        var text = value.AsSpan();
        if (text.Length <= MaximumPlain)
        {
            Span<char> lower = stackalloc char[MaximumPlain];
            key.Add(lower[..text.ToLowerInvariant(lower)]);
        }
        else key.Add(value!.ToLowerInvariant());
    }

    private static void AddUser<TSink>(ClaimsPrincipal user, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        var claim = user.FindFirst(ClaimTypes.NameIdentifier) ?? user.FindFirst("sub") ?? user.FindFirst(ClaimTypes.Name);
        AddOptional(user.Identity?.AuthenticationType, ref key);
        AddOptional(claim?.Issuer, ref key);
        AddOptional(claim?.Value ?? user.Identity?.Name, ref key);
    }
}
