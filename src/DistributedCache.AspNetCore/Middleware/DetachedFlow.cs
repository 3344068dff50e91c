using System.Diagnostics;
using System.Globalization;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The flow of control of a request that nobody waits for. Who asked has his answer as soon as his own thread is free, however long
/// the application keeps one.</summary>
internal static class DetachedFlow
{
    /// <summary>Runs the application. It finds the cultures of the request that was copied, and the copy where it asks for the current
    /// request: the other one's flow would tell it of a request that may be over, or be another by now.</summary>
    public static async Task<CachedItem> RunAsync(CacheRequest request, OriginRun run, RequestDelegate next)
    {
        var activity = Activity.Current;
        Task<CachedItem> running;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            running = Task.Run(async () =>
            {
                Activity.Current = activity;
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = request.Culture;
                var accessor = request.Context.RequestServices.GetService<IHttpContextAccessor>();
                if (accessor is not null) accessor.HttpContext = request.Context;
                try
                {
                    return await run.RunAsync(next).ConfigureAwait(false);
                }
                finally
                {
                    if (request.Context.Features.Get<IHttpResponseFeature>() is DetachedResponse response) await response.CompleteAsync().ConfigureAwait(false);
                    if (accessor is not null) accessor.HttpContext = null;
                }
            });
        }

        return await running.ConfigureAwait(false);
    }
}
