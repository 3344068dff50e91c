using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The fields by which a request asks for less than the whole response (RFC 9110, sections 13 and 14).</summary>
internal readonly record struct RequestConditions(StringValues IfNoneMatch, StringValues IfModifiedSince, StringValues Range, StringValues IfRange)
{
    public static RequestConditions Of(IHeaderDictionary headers) => new(headers.IfNoneMatch, headers.IfModifiedSince, headers.Range, headers.IfRange);

    /// <summary>What asks whether a stored response is still current (RFC 9111, section 4.3.1).</summary>
    public static RequestConditions Validating(StoredResponse stored, StringValues range) => new(stored.Find(HeaderNames.ETag), stored.LastModified, range, default);

    /// <summary>Whether who asks has the response already that these fields are of.</summary>
    public bool AreMetBy(IHeaderDictionary response) => Conditions.IsUnchanged(
        IfNoneMatch, IfModifiedSince, EntityTag.TryParse(response.ETag.ToString(), out var tag) ? tag : null, response.LastModified, response.Date);

    public void Put(IHeaderDictionary headers) =>
        (headers.IfNoneMatch, headers.IfModifiedSince, headers.Range, headers.IfRange) = (IfNoneMatch, IfModifiedSince, Range, IfRange);
}
