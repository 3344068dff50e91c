using DistributedCache;
using DistributedCache.Registration;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds tiered caches to an application's services.</summary>
/// <remarks>Called twice for a name, there is one cache, and what was configured composes. Code sets defaults, and configuration
/// overrides them: section <c>TieredCache</c>, or <c>TieredCache:Caches:&lt;name&gt;</c>, where there is an <see cref="IConfiguration"/>.</remarks>
public static class TieredCacheServiceCollectionExtensions
{
    /// <summary>Adds the cache without a name: as <see cref="ITieredCache"/>, if none is registered; as
    /// <see cref="Caching.Hybrid.HybridCache"/>, in place of what is registered; as <see cref="Caching.Distributed.IDistributedCache"/>,
    /// unless another than the framework's store in memory is registered.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>What to go on with.</returns>
    public static ITieredCacheBuilder AddTieredCache(this IServiceCollection services, Action<TieredCacheOptions>? configure = null) =>
        Add(services, "", configure, null);

    /// <summary>Adds a cache with a name: as <see cref="ITieredCache"/>, <see cref="Caching.Hybrid.HybridCache"/> and
    /// <see cref="Caching.Distributed.IDistributedCache"/> under that key, and in place of nothing.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name; letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>What to go on with.</returns>
    /// <exception cref="ArgumentException">The name is empty, or has other characters.</exception>
    public static ITieredCacheBuilder AddTieredCache(this IServiceCollection services, string name, Action<TieredCacheOptions>? configure = null) =>
        Add(services, Checked(name), configure, null);

    /// <summary>Adds the cache without a name, configured from a section of its own in place of <c>TieredCache</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section.</param>
    /// <returns>What to go on with.</returns>
    /// <inheritdoc cref="AddTieredCache(IServiceCollection, Action{TieredCacheOptions}?)"/>
    public static ITieredCacheBuilder AddTieredCache(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, "", null, section);
    }

    /// <summary>Adds a cache with a name, configured from a section of its own in place of <c>TieredCache:Caches:&lt;name&gt;</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name; letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</param>
    /// <param name="section">The section.</param>
    /// <returns>What to go on with.</returns>
    /// <exception cref="ArgumentException">The name is empty, or has other characters.</exception>
    public static ITieredCacheBuilder AddTieredCache(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, Checked(name), null, section);
    }

    private static TieredCacheBuilder Add(IServiceCollection services, string name, Action<TieredCacheOptions>? configure, IConfiguration? section)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (CacheRegistrations.AddTo(services, out var registrations)) CacheServices.AddCommon(services);
        if (registrations.Add(name, out var cache))
        {
            CacheServices.AddOptions(services, cache);
            if (name.Length == 0) CacheServices.AddUnnamed(services, registrations);
            else CacheServices.AddNamed(services, name);
        }

        if (section is not null) cache.Add(section);
        if (configure is not null) services.Configure(name, configure);
        return new TieredCacheBuilder(services, name);
    }

    private static string Checked(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NameText.IsValid(name) ? name : throw new ArgumentException($"The cache's name is '{name}'; it must be {NameText.Rule}.", nameof(name));
    }
}
