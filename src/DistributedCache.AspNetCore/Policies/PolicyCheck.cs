using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Makes every endpoint's policy once the application is put together: what is wrong in one stops the start, not the first
/// request.</summary>
internal sealed class PolicyCheck(EndpointPolicies policies, IEnumerable<EndpointDataSource> sources, ILogger<PolicyCheck> log) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Endpoint? first = null;
        foreach (var endpoint in sources.SelectMany(static source => source.Endpoints))
        {
            if (policies.Of(endpoint) is not null) first ??= endpoint;
        }

        if (first is not null && !policies.AreHeeded) log.NotHeeded(first.DisplayName);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
