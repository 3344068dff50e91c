using DistributedCache.Adapters;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DistributedCache.Registration;

/// <summary>Which of the framework's cache services the cache without a name takes.</summary>
internal static class FrameworkServices
{
    /// <summary>What MVC and Razor Pages register: a store in memory that nobody chose. By name, since its package is no dependency.</summary>
    private const string MemoryStore = "Microsoft.Extensions.Caching.Distributed.MemoryDistributedCache";

    /// <summary>Takes <see cref="HybridCache"/> from whoever has it; who adds one by TryAdd afterwards finds it taken.</summary>
    public static void TakeHybridCache(IServiceCollection services, CacheRegistrations registrations)
    {
        services.RemoveAll<HybridCache>();
        services.Add(registrations.Hybrid = ServiceDescriptor.Singleton<HybridCache>(static provider => provider.GetRequiredService<TieredHybridCache>()));
    }

    /// <summary>Takes <see cref="IDistributedCache"/> where it is free or held by the store in memory.</summary>
    public static void TakeFreeDistributedCache(IServiceCollection services, CacheRegistrations registrations)
    {
        if (registrations.OwnerOf(typeof(IDistributedCache)) is not { } owner || TypeOf(owner)?.FullName == MemoryStore)
            TakeDistributedCache(services, registrations);
    }

    /// <summary>Takes <see cref="IDistributedCache"/> from whoever has it.</summary>
    public static void TakeDistributedCache(IServiceCollection services, CacheRegistrations registrations)
    {
        services.RemoveAll<IDistributedCache>();
        services.RemoveAll<IBufferDistributedCache>();
        services.Add(registrations.Distributed = ServiceDescriptor.Singleton<IDistributedCache>(static provider => provider.GetRequiredService<TieredDistributedCache>()));
        services.AddSingleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<TieredDistributedCache>());
    }

    /// <summary>What a registration makes, for a log line.</summary>
    public static string Describe(ServiceDescriptor descriptor) =>
        TypeOf(descriptor)?.FullName ?? $"made by {descriptor.ImplementationFactory?.Method.DeclaringType?.FullName ?? "a factory"}";

    private static Type? TypeOf(ServiceDescriptor descriptor) =>
        descriptor.ImplementationType ?? descriptor.ImplementationInstance?.GetType();
}
