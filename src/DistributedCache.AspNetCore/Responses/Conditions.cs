using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>A request's conditions on what it has already (RFC 9110, section 13; RFC 9111, section 4.3.2).</summary>
internal static class Conditions
{
    /// <summary>Whether who asks has this representation: by its tag where he names one, else by its date. What does not say when it
    /// was changed was not after it was made.</summary>
    public static bool IsUnchanged(StringValues ifNoneMatch, StringValues ifModifiedSince, EntityTag? tag, StringValues lastModified, StringValues date)
    {
        if (ifNoneMatch.Count > 0) return EntityTag.IsNamed(ifNoneMatch, tag);
        return HttpDates.TryParse(ifModifiedSince, out var since) && HttpDates.TryParse(lastModified.Count > 0 ? lastModified : date, out var changed) && changed <= since;
    }

    /// <summary>Whether a part may be sent: <c>If-Range</c> asks for the whole where the rest is of another representation. It compares
    /// strongly.</summary>
    public static bool MayBePart(IHeaderDictionary request, EntityTag? tag, StringValues lastModified)
    {
        var condition = request.IfRange.ToString();
        if (condition.Length == 0) return true;
        if (EntityTag.TryParse(condition, out var named)) return tag is { IsWeak: false } own && !named.IsWeak && own.Opaque == named.Opaque;
        return HttpDates.TryParse(condition, out var since) && HttpDates.TryParse(lastModified, out var changed) && changed == since;
    }

    /// <summary>Whether the answer to a HEAD says that there is another representation than the stored one (RFC 9111, section 4.3.5).</summary>
    public static bool IsOfAnother(HttpResponse head, StoredResponse stored)
    {
        var headers = head.Headers;
        return head.StatusCode == StatusCodes.Status200OK && stored.Status == StatusCodes.Status200OK
            && ((headers.ETag.Count > 0 && headers.ETag != stored.Find(HeaderNames.ETag))
                || (headers.LastModified.Count > 0 && headers.LastModified != stored.LastModified)
                || (head.ContentLength is { } length && length != stored.Body.Length));
    }

    /// <summary>Whether it says that the stored one is current still. That takes a validator: without one a HEAD tells nothing of the body.</summary>
    public static bool IsOfSame(HttpResponse head, StoredResponse stored) =>
        head.StatusCode == StatusCodes.Status200OK && stored.Status == StatusCodes.Status200OK
            && (head.Headers.ETag.Count > 0 || head.Headers.LastModified.Count > 0) && !IsOfAnother(head, stored);

    /// <summary>Conditions only who has the current state can judge: they are the application's.</summary>
    public static bool AreForTheOrigin(IHeaderDictionary request) => request.IfMatch.Count > 0 || request.IfUnmodifiedSince.Count > 0;
}
