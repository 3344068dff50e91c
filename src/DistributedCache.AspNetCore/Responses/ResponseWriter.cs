using System.Globalization;
using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>Answers a request from a stored response: whole, a part of it, or that it has not changed (RFC 9110, sections 13 and 14).</summary>
internal static class ResponseWriter
{
    /// <summary>Puts the stored fields into the answer.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="stored">The response.</param>
    /// <param name="age">Its age, in milliseconds.</param>
    public static void WriteHeaders(IHeaderDictionary headers, StoredResponse stored, long age)
    {
        foreach (var (name, value) in stored.Headers) headers[name] = value;
        headers.Age = Math.Clamp(age / 1000, 0, DeltaSeconds.Greatest).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Answers with the status and the body that are asked for.</summary>
    public static async Task WriteAsync(HttpContext context, StoredResponse stored)
    {
        var response = context.Response;
        var headers = response.Headers;
        if (stored.Status == StatusCodes.Status200OK && Conditions.IsUnchanged(context.Request.Headers, stored.Tag, stored.Find(HeaderNames.LastModified)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            headers.Remove(HeaderNames.ContentType);
            headers.Remove(HeaderNames.ContentEncoding);
            return;
        }

        response.StatusCode = stored.Status;
        var body = stored.Body;
        if (stored.Status == StatusCodes.Status200OK)
        {
            if (Conditions.MayBePart(context.Request.Headers, stored.Tag, stored.Find(HeaderNames.LastModified))
                && ByteRange.TryParse(context.Request.Headers.Range, body.Length, out var range, out var isSatisfiable))
            {
                if (!isSatisfiable)
                {
                    response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                    headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{body.Length}");
                    headers.Remove(HeaderNames.ContentType);
                    return;
                }

                response.StatusCode = StatusCodes.Status206PartialContent;
                headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.First}-{range.Last}/{body.Length}");
                body = body.Slice((int)range.First, (int)range.Length);
            }
            else headers.AcceptRanges = "bytes";
        }

        if (stored.Status != StatusCodes.Status204NoContent) response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method) && body.Length > 0) await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
