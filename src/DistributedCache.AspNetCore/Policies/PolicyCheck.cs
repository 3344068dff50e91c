using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Makes every endpoint's policy once the application is put together: what is wrong in one stops the start, not the first
/// request.</summary>
internal sealed class PolicyCheck(EndpointPolicies policies, IEnumerable<EndpointDataSource> sources, PageLoader? pages = null) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in sources.SelectMany(static source => source.Endpoints))
        {
            policies.Of(endpoint);

            // A page is loaded when it is first asked for, and has no attributes before.
            if (pages is not null && endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page) Check(await pages.LoadAsync(page, endpoint.Metadata).ConfigureAwait(false));
        }
    }

    private void Check(CompiledPageActionDescriptor page)
    {
        if (page.Endpoint is { } endpoint) policies.Of(endpoint);
        foreach (var handler in page.HandlerMethods)
        {
            if (handler.MethodInfo.IsDefined(typeof(CacheResponseAttribute), inherit: true))
                throw new InvalidOperationException($"The page '{page.DisplayName}' has a {nameof(CacheResponseAttribute)} on its handler '{handler.MethodInfo.Name}', where nothing looks for it: put it on the page or its model.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
