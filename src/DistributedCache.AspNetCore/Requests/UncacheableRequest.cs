using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Requests that no stored response answers, and whose answers are for nobody else, whatever the endpoint.</summary>
internal static class UncacheableRequest
{
    /// <summary>Why a GET or HEAD is one; null where it isn't.</summary>
    public static string? ReasonOf(HttpContext context)
    {
        var headers = context.Request.Headers;

        // An application may read a body, which is in no key.
        if (headers.ContentLength > 0 || headers.TransferEncoding.Count > 0 || HasUnannouncedBody(context)) return "body";

        // What follows is no response of this protocol, and may go on for hours.
        if (headers.Upgrade.Count > 0) return "upgrade";

        // The pipeline runs a second time, for the page that stands for an error: its answer has that status, which is not the page's own.
        return context.Response.StatusCode != StatusCodes.Status200OK ? "error" : null;
    }

    /// <summary>From HTTP/2 on a body needs no field that says so.</summary>
    private static bool HasUnannouncedBody(HttpContext context) =>
        !HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
}
