using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache;

/// <summary>What <c>AddTieredCache</c> answers, to go on from.</summary>
public interface ITieredCacheBuilder
{
    /// <summary>The services the cache was added to.</summary>
    IServiceCollection Services { get; }

    /// <summary>The cache's name, which is also that of its <see cref="TieredCacheOptions"/>; empty for the one without a name.</summary>
    string Name { get; }
}
