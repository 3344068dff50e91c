using DistributedCache.Adapters;
using DistributedCache.Pipeline;
using DistributedCache.Profiles;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DistributedCache.Registration;

/// <summary>The services a cache consists of.</summary>
internal static class CacheServices
{
    /// <summary>What all caches share.</summary>
    public static void AddCommon(IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton<IOptionsFactory<TieredCacheOptions>>(static provider => new LastGoodOptionsFactory(
            provider.GetServices<IConfigureOptions<TieredCacheOptions>>(),
            provider.GetServices<IPostConfigureOptions<TieredCacheOptions>>(),
            provider.GetServices<IValidateOptions<TieredCacheOptions>>(),
            provider.GetService<ILogger<TieredCacheOptions>>() ?? (ILogger)NullLogger.Instance));
        services.AddSingleton<IValidateOptions<TieredCacheOptions>, OptionsValidator>();
        services.AddSingleton<IPostConfigureOptions<TieredCacheOptions>>(static provider => new EnvironmentDefaults(
            provider.GetService<IHostEnvironment>(), provider.GetService<TimeProvider>()));
        services.AddHostedService<CacheStartup>();
    }

    /// <summary>A cache's options: bound, reloaded, and validated when a host starts.</summary>
    public static void AddOptions(IServiceCollection services, CacheRegistration cache)
    {
        services.AddSingleton<IPostConfigureOptions<TieredCacheOptions>>(provider => new OptionsBinding(cache, provider.GetService<IConfiguration>()));
        services.AddSingleton<IOptionsChangeTokenSource<TieredCacheOptions>>(provider => new SectionChanges(cache, provider.GetService<IConfiguration>()));
        services.AddOptions<TieredCacheOptions>(cache.Name).ValidateOnStart();
    }

    public static void AddUnnamed(IServiceCollection services, CacheRegistrations registrations)
    {
        services.AddSingleton(static provider => ProfileSource.Create(provider, ""));
        services.AddSingleton(static provider => CacheEngine.Create(provider, ""));
        services.TryAddSingleton<ITieredCache>(static provider => provider.GetRequiredService<CacheEngine>().Default);
        services.AddSingleton(static provider => new TieredHybridCache(provider.GetRequiredService<CacheEngine>()));
        services.AddSingleton(static provider => new TieredDistributedCache(provider.GetRequiredService<CacheEngine>()));
        FrameworkServices.TakeHybridCache(services, registrations);
        FrameworkServices.TakeFreeDistributedCache(services, registrations);
    }

    public static void AddNamed(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, static (provider, key) => ProfileSource.Create(provider, (string)key!));
        services.AddKeyedSingleton(name, static (provider, key) => CacheEngine.Create(provider, (string)key!));
        services.TryAddKeyedSingleton<ITieredCache>(name, static (provider, key) => provider.GetRequiredKeyedService<CacheEngine>(key).Default);
        services.AddKeyedSingleton(name, static (provider, key) => new TieredDistributedCache(provider.GetRequiredKeyedService<CacheEngine>(key)));
        services.AddKeyedSingleton<HybridCache>(name, static (provider, key) => new TieredHybridCache(provider.GetRequiredKeyedService<CacheEngine>(key)));
        services.AddKeyedSingleton<IDistributedCache>(name, static (provider, key) => provider.GetRequiredKeyedService<TieredDistributedCache>(key));
        services.AddKeyedSingleton<IBufferDistributedCache>(name, static (provider, key) => provider.GetRequiredKeyedService<TieredDistributedCache>(key));
    }

    /// <summary>One of a cache's own services, which have the cache's name for a key, if it has a name.</summary>
    public static T GetCacheService<T>(this IServiceProvider services, string name) where T : notnull =>
        name.Length == 0 ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(name);
}
