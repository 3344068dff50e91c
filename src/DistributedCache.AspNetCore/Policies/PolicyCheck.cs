using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Makes every endpoint's policy once the application is put together: what is wrong in one stops the start, not the first
/// request.</summary>
internal sealed class PolicyCheck(EndpointPolicies policies, IEnumerable<EndpointDataSource> sources) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in sources.SelectMany(static source => source.Endpoints)) policies.Of(endpoint);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
