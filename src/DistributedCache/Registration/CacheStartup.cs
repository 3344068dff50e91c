using DistributedCache.Diagnostics;
using DistributedCache.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Registration;

/// <summary>Starts the caches with their host, not at their first use, and says which of the framework's cache services are not the
/// tiered cache. (That the options are valid is seen before, by the host's own validation at start.) The services end them.</summary>
internal sealed class CacheStartup(IServiceProvider services, CacheRegistrations registrations, ILogger<TieredCacheOptions> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in registrations.Names) services.GetCacheService<CacheEngine>(name);
        if (registrations.Hybrid is not { } hybrid) return Task.CompletedTask;
        Tell(typeof(HybridCache), hybrid);
        if (registrations.Distributed is { } distributed) Tell(typeof(IDistributedCache), distributed);
        else if (registrations.OwnerOf(typeof(IDistributedCache)) is { } owner) logger.DistributedCacheLeft(FrameworkServices.Describe(owner));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell(Type service, ServiceDescriptor ours)
    {
        if (registrations.OwnerOf(service) is { } owner && owner != ours) logger.ServiceTakenOver(service.Name, FrameworkServices.Describe(owner));
    }
}
