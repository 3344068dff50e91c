using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>Whether a stored response is one for a request at all, fresh or not.</summary>
internal static class ResponseFit
{
    private static readonly HashSet<string> KnownCodings = new(StringComparer.OrdinalIgnoreCase) { "gzip", "x-gzip", "br", "deflate", "zstd", "compress", "x-compress" };

    /// <summary>Whether it was chosen by what this request says too, or is in the language that the request prefers to all others (RFC
    /// 9111, section 4.1).</summary>
    public static bool IsSelected(in KeyedRequest request, StoredResponse stored)
    {
        var selection = stored.Selection;
        if (selection.Names.Length == 0 || RequestKeys.Selects(request, selection.Names, selection.Values)) return true;
        return selection.Language is { } language && WeightedList.First(request.Context.Request.Headers.AcceptLanguage) is { } first
            && RequestKeys.Selects(request, selection.Names, language, first);
    }

    /// <summary>Whether the client can read it: also where a response is compressed and does not say that it was chosen by that.</summary>
    public static bool HasAcceptedCoding(in KeyedRequest request, StoredResponse stored)
    {
        if (stored.Coding.Count == 0 || stored.Selection.IsByCoding) return true;
        var accepted = request.Context.Request.Headers[HeaderNames.AcceptEncoding];
        if (accepted.Count == 0) return true;
        var weights = WeightedList.Parse(accepted);
        foreach (var coding in HeaderText.Members(stored.Coding))
        {
            // Of what nobody has registered who asked may know more than this cache.
            if (!KnownCodings.Contains(coding)) continue;
            var named = weights.FindIndex(member => member.Name.Equals(coding, StringComparison.OrdinalIgnoreCase));
            if (named < 0) named = weights.FindIndex(static member => member.Name == "*");
            if (named < 0 || weights[named].Weight == 0) return false;
        }

        return true;
    }

    /// <summary>Whether a stored part holds the one that is asked for (RFC 9111, section 3.4), and is of the representation that it is to be of.</summary>
    public static bool Covers(IHeaderDictionary request, StoredResponse stored) =>
        stored.Part is { } part && Conditions.MayBePart(request, stored.Tag, stored.LastModified) && TryCut(request, part, out _);

    /// <summary>The part of the whole that is asked for, if a stored part holds it.</summary>
    public static bool TryCut(IHeaderDictionary request, in ContentRange part, out ByteRange range)
    {
        range = default;

        // Of a whole whose length nobody knows, only what has a beginning and an end can be found.
        if (!ByteRange.TryParse(request.Range, part.Whole ?? long.MaxValue, out range, out var isSatisfiable) || !isSatisfiable) return false;
        return range.First >= part.First && range.Last <= part.Last;
    }
}
