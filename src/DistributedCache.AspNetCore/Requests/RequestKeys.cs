using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>The keys and the tag under which a request's responses are. Different requests have different keys: a part is divided from
/// the next by what it can't hold, or stands behind its length; and what may be missing says whether it is there.</summary>
internal static class RequestKeys
{
    /// <summary>Characters of the longest key: one that shows its parts, or else a hash.</summary>
    public const int MaximumLength = 256;

    private const string Prefix = "http:";
    private const string HashPrefix = "http:#";

    /// <summary>The key of all variants: host, path, query, cultures and what the policy varies by.</summary>
    /// <param name="request">The request.</param>
    /// <param name="buffer">Room for the longest key.</param>
    public static ReadOnlySpan<char> Base(in KeyedRequest request, Span<char> buffer)
    {
        var plain = new PlainKey(buffer, Prefix);
        WriteBase(request, ref plain);
        if (plain.TryEnd(out var key)) return key;
        var hashed = new CanonicalKey(stackalloc byte[CanonicalKey.UsualRoom]);
        WriteBase(request, ref hashed);
        return buffer[..hashed.End(HashPrefix, buffer)];
    }

    /// <inheritdoc cref="Base(in KeyedRequest, Span{char})"/>
    public static string Base(in KeyedRequest request) => Base(request, stackalloc char[MaximumLength]).ToString();

    /// <summary>The key of the variant that the request's fields of these names choose.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">The names, lower-case.</param>
    /// <param name="buffer">Room for the longest key.</param>
    public static ReadOnlySpan<char> Variant(in KeyedRequest request, string[] names, Span<char> buffer)
    {
        var plain = new PlainKey(buffer, Prefix);
        WriteVariant(request, names, ref plain);
        if (plain.TryEnd(out var key)) return key;
        var hashed = new CanonicalKey(stackalloc byte[CanonicalKey.UsualRoom]);
        WriteVariant(request, names, ref hashed);
        return buffer[..hashed.End(HashPrefix, buffer)];
    }

    /// <inheritdoc cref="Variant(in KeyedRequest, string[], Span{char})"/>
    public static string Variant(in KeyedRequest request, string[] names) => Variant(request, names, stackalloc char[MaximumLength]).ToString();

    /// <summary>What the request says in the fields of these names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="names">Lower-case.</param>
    /// <param name="language">What stands for the request's <c>Accept-Language</c>: the language that it prefers to all others. Null: the field.</param>
    public static string Selection(in KeyedRequest request, string[] names, string? language = null) =>
        names.Length == 0 ? "" : Selection(request, names, language, stackalloc char[MaximumLength]).ToString();

    /// <summary>Whether the request says this in the fields of these names.</summary>
    /// <inheritdoc cref="Selection(in KeyedRequest, string[], string)"/>
    public static bool Selects(in KeyedRequest request, string[] names, string selection, string? language = null) =>
        names.Length == 0 || Selection(request, names, language, stackalloc char[MaximumLength]).SequenceEqual(selection);

    /// <summary>The tag of everything under a target: all queries apart, all variants.</summary>
    public static string UriTag(HostString host, string path, string? query)
    {
        const string Kind = "uri:";
        var key = new CanonicalKey(stackalloc byte[CanonicalKey.UsualRoom]);
        key.AddLower(host.Value);
        key.Add(path);
        key.Add(query);
        Span<char> tag = stackalloc char[Kind.Length + CanonicalKey.HashLength];
        key.End(Kind, tag);
        return new string(tag);
    }

    public static string UriTag(HttpRequest request) => UriTag(request.Host, request.PathBase.Add(request.Path).Value ?? "", request.QueryString.Value);

    private static ReadOnlySpan<char> Selection(in KeyedRequest request, string[] names, string? language, Span<char> buffer)
    {
        var plain = new PlainKey(buffer, "");
        WriteSelection(request, names, language, ref plain);
        if (plain.TryEnd(out var selection)) return selection;
        var hashed = new CanonicalKey(stackalloc byte[CanonicalKey.UsualRoom]);
        WriteSelection(request, names, language, ref hashed);
        return buffer[..hashed.End("", buffer)];
    }

    private static void WriteBase<TSink>(in KeyedRequest keyed, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        var (context, policy, user, values, isForPart) = keyed;
        var request = context.Request;
        key.Add(isForPart ? "part" : "whole");
        key.Add(request.Scheme);
        key.AddLower(request.Headers.Host.ToString());
        key.Add(request.PathBase.Value);
        key.Add(request.Path.Value);
        if (policy.VaryByQuery is not { } names) key.Add(request.QueryString.Value);
        else
        {
            foreach (var name in names) Add(name, request.Query.TryGetValue(name, out var asked) ? asked : StringValues.Empty, ref key);
        }

        // A culture may come from a cookie, the user or wherever else: what is written in it is for who has it.
        key.Add(CultureInfo.CurrentCulture.Name);
        key.Add(CultureInfo.CurrentUICulture.Name);
        if (RewritingFields.MayBeIn(request.Headers)) AddRewriting(request.Headers, ref key);
        foreach (var name in policy.VaryByHeader)
        {
            key.Add(name);
            AddOptional(SelectingFields.Normalize(name, request.Headers[name], policy.IsByHeadersAlone), ref key);
        }

        if (policy.VaryByUser) Add("user", user, ref key);
        foreach (var value in policy.VaryByValue) AddOptional(value.Of(context), ref key);
        foreach (var value in policy.VaryBy) AddOptional(value(context), ref key);
        foreach (var value in values) AddOptional(value, ref key);
    }

    private static void AddRewriting<TSink>(IHeaderDictionary headers, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        foreach (var name in RewritingFields.Names)
        {
            if (headers.TryGetValue(name, out var said)) Add(name, said, ref key);
        }

        if (headers.TryGetValue(RewritingFields.Forwarded, out var forwarded)) Add(RewritingFields.Forwarded, RewritingFields.AddressesOf(forwarded), ref key);
    }

    private static void WriteVariant<TSink>(in KeyedRequest request, string[] names, ref TSink key)
        where TSink : IKeySink, allows ref struct
    {
        WriteBase(request, ref key);
        key.Add("vary");
        WriteSelection(request, names, null, ref key);
    }

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
}
