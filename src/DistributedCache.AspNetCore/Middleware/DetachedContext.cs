using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>A request like another that nobody waits for: what a response is fetched anew with behind its back.</summary>
internal static class DetachedContext
{
    // What authorization and CORS leave for the endpoint, which refuses to run where it finds that they did not: that the request has come
    // to the cache says that it passed them.
    private static readonly string[] Passed = ["__AuthorizationMiddlewareWithEndpointInvoked", "__CorsMiddlewareWithEndpointInvoked"];

    /// <summary>Copies what of a request chooses its response, before that request can end. Its services are a scope of its own, which
    /// the caller disposes.</summary>
    /// <remarks>The request may be answered meanwhile, on another thread: nothing is asked of it that its context would make where it is not
    /// there yet, as a user is and route values are.</remarks>
    public static DefaultHttpContext Of(HttpContext origin, IServiceProvider? services, CancellationToken aborted)
    {
        var request = origin.Request;
        var features = new FeatureCollection();
        var copied = new HttpRequestFeature
        {
            Protocol = request.Protocol,
            Scheme = request.Scheme,
            Method = HttpMethods.Get,
            PathBase = request.PathBase.Value ?? "",
            Path = request.Path.Value ?? "",
            QueryString = request.QueryString.Value ?? "",
            RawTarget = origin.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "",
        };
        foreach (var (name, value) in request.Headers) copied.Headers[name] = value;
        features.Set<IHttpRequestFeature>(copied);
        features.Set<IHttpResponseFeature>(new DetachedResponse());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var context = new DefaultHttpContext(features) { RequestServices = services!, RequestAborted = aborted };
        if (origin.Features.Get<IHttpAuthenticationFeature>()?.User is { } user) context.User = user;
        foreach (var mark in Passed) context.Items[mark] = new object();
        context.SetEndpoint(origin.GetEndpoint());
        context.Request.RouteValues = new RouteValueDictionary(origin.Features.Get<IRouteValuesFeature>()?.RouteValues);
        return context;
    }
}
