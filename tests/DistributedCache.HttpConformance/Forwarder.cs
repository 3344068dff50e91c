using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.HttpConformance;

/// <summary>Passes a request on to the origin, and its answer back, without the fields of one connection (RFC 9110, section 7.6.1).</summary>
internal sealed class Forwarder(Uri origin) : IDisposable
{
    private static readonly HashSet<string> OfOneConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
    };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,

        // What comes over a connection that was used before is sent again if that ends, as it does where the origin means to fail.
        PooledConnectionLifetime = TimeSpan.Zero,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    });

    public async Task ForwardAsync(HttpContext context)
    {
        using var request = RequestOf(context.Request);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return;
        }

        using (response)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            var named = Named(response.Headers.Connection.ToArray());
            Copy(response.Headers.NonValidated, named, context.Response.Headers);
            Copy(response.Content.Headers.NonValidated, named, context.Response.Headers);
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage RequestOf(HttpRequest asked)
    {
        var request = new HttpRequestMessage(new HttpMethod(asked.Method), new Uri(origin, asked.GetEncodedPathAndQuery()));
        if (asked.ContentLength is not null || asked.Headers.TransferEncoding.Count > 0) request.Content = new StreamContent(asked.Body);
        var named = Named(asked.Headers.Connection);
        foreach (var (name, values) in asked.Headers)
        {
            if (OfOneConnection.Contains(name) || named.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return request;
    }

    private static void Copy(System.Net.Http.Headers.HttpHeadersNonValidated fields, HashSet<string> named, IHeaderDictionary answer)
    {
        foreach (var (name, values) in fields)
        {
            if (!OfOneConnection.Contains(name) && !named.Contains(name)) answer[name] = new StringValues(values.ToArray());
        }
    }

    /// <summary>The fields that <c>Connection</c> names.</summary>
    private static HashSet<string> Named(StringValues connection) =>
        new(connection.SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), StringComparer.OrdinalIgnoreCase);
}
