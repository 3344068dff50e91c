using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Registration;

internal sealed class TieredCacheBuilder(IServiceCollection services, string name) : ITieredCacheBuilder
{
    public IServiceCollection Services { get; } = services;

    public string Name { get; } = name;
}
