using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Storefront.Tests.Hosting;

/// <summary>Tells when the server is done with its first request, whether it was answered or broken off.</summary>
public sealed class RequestEnds : IStartupFilter
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task First => _first.Task;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (_, run) =>
        {
            try
            {
                await run();
            }
            finally
            {
                _first.TrySetResult();
            }
        });
        next(app);
    };
}
