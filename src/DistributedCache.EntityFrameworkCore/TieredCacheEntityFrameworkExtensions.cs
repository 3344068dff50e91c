using DistributedCache;
using DistributedCache.EntityFrameworkCore;
using DistributedCache.EntityFrameworkCore.Commits;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets what EF Core commits invalidate a tiered cache.</summary>
public static class TieredCacheEntityFrameworkExtensions
{
    /// <summary>Invalidates the tags of what a context has changed, after its commit and before the commit's call returns.</summary>
    /// <typeparam name="TContext">The context, added by <c>AddDbContext</c>, <c>AddDbContextPool</c> or <c>AddDbContextFactory</c>,
    /// before or after.</typeparam>
    /// <param name="builder">The cache.</param>
    /// <param name="map">Maps entities to tags. Called twice for a cache and a context, the maps compose.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">A type is mapped twice.</exception>
    /// <remarks>An invalidation that fails is logged and never fails the commit's caller. A process that dies between the commit
    /// and the invalidation loses it: the entries then live until their duration ends.</remarks>
    public static ITieredCacheBuilder AddEntityFrameworkInvalidation<TContext>(this ITieredCacheBuilder builder, Action<CacheInvalidationMap> map)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(map);
        var key = (builder.Name, typeof(TContext));
        if (FindMap(builder.Services, key) is { } added)
        {
            map(added);
            return builder;
        }

        var tags = new CacheInvalidationMap();
        map(tags);
        builder.Services.TryAddSingleton<PendingTransactions>();
        builder.Services.AddKeyedSingleton(key, tags);
        builder.Services.AddKeyedSingleton(key, (services, _) => Source(services, builder.Name, tags));
        builder.Services.ConfigureDbContext<TContext>((services, options) =>
        {
            var source = services.GetRequiredKeyedService<InvalidationSource>(key);
            options.AddInterceptors(source.Saves, source.Commands, source.Transactions);
        });
        return builder;
    }

    private static CacheInvalidationMap? FindMap(IServiceCollection services, object key) => services
        .FirstOrDefault(service => service.IsKeyedService && service.ServiceType == typeof(CacheInvalidationMap) && key.Equals(service.ServiceKey))
        ?.KeyedImplementationInstance as CacheInvalidationMap;

    private static InvalidationSource Source(IServiceProvider services, string name, CacheInvalidationMap map)
    {
        var cache = name.Length == 0 ? services.GetRequiredService<ITieredCache>() : services.GetRequiredKeyedService<ITieredCache>(name);
        return new(cache, name, map, services.GetRequiredService<PendingTransactions>(), services.GetService<ILoggerFactory>());
    }
}
