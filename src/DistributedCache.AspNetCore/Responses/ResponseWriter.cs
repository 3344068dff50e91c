using System.Globalization;
using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>Answers a request from a stored response: whole, a part of it, or that it has not changed (RFC 9110, sections 13 and 14).</summary>
internal static class ResponseWriter
{
    /// <summary>Puts the stored fields into the answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stored">The response.</param>
    /// <param name="age">Its age.</param>
    public static void WriteHeaders(HttpContext context, StoredResponse stored, StringValues age)
    {
        var headers = context.Response.Headers;
        foreach (var (name, value) in stored.Headers) headers[name] = value;
        headers.Age = age;
        if (stored.WeakTag.Count > 0 && context.Features.Get<IHttpsCompressionFeature>() is not null) headers.ETag = stored.WeakTag;
    }

    /// <summary>Answers with the status and the body that are asked for.</summary>
    public static Task WriteAsync(HttpContext context, StoredResponse stored)
    {
        var response = context.Response;
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var body = stored.Body;
        response.StatusCode = stored.Status;
        if (stored.Status is StatusCodes.Status200OK or StatusCodes.Status206PartialContent)
        {
            var asked = context.Request.Headers;
            if (Conditions.IsUnchanged(asked.IfNoneMatch, asked.IfModifiedSince, stored.Tag, stored.LastModified, stored.Date))
            {
                SayUnchanged(response);
                return Task.CompletedTask;
            }

            if (!isHead && asked.Range.Count > 0 && !TryCut(response, asked, stored, ref body)) return Task.CompletedTask;
        }

        if (stored.Status != StatusCodes.Status204NoContent) response.ContentLength = body.Length;

        // If the client has gone, that ends with its connection; what else ends requests early is over by now.
        return isHead || body.IsEmpty ? Task.CompletedTask : response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }

    /// <summary>Says that who asks has it already; nothing of the body may follow.</summary>
    public static void SayUnchanged(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        response.ContentLength = null;
        response.Headers.ContentType = response.Headers.ContentEncoding = response.Headers.ContentRange = default;
    }

    /// <summary>Takes the part that is asked for; false where it lies behind the end.</summary>
    private static bool TryCut(HttpResponse response, IHeaderDictionary asked, StoredResponse stored, ref ReadOnlyMemory<byte> body)
    {
        if (stored.Part is { } part)
        {
            // All of a part is that part, whatever its field says of it.
            if (!ResponseFit.TryCut(asked, part, out var inner) || inner.Length == body.Length) return true;
            body = body.Slice((int)(inner.First - part.First), (int)inner.Length);
            response.Headers.ContentRange = new ContentRange(inner.First, inner.Last, part.Whole).ToString();
            return true;
        }

        if (!Conditions.MayBePart(asked, stored.Tag, stored.LastModified) || !ByteRange.TryParse(asked.Range, body.Length, out var range, out var isSatisfiable)) return true;
        if (!isSatisfiable)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{body.Length}");
            response.Headers.ContentType = default;
            return false;
        }

        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = new ContentRange(range.First, range.Last, body.Length).ToString();
        body = body.Slice((int)range.First, (int)range.Length);
        return true;
    }
}
