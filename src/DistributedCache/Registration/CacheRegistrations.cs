using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Registration;

/// <summary>The caches added to a service collection, and the framework's services they took.</summary>
internal sealed class CacheRegistrations
{
    private readonly IServiceCollection _services;
    private readonly Dictionary<string, CacheRegistration> _caches = new(StringComparer.Ordinal);

    private CacheRegistrations(IServiceCollection services) => _services = services;

    /// <summary>Ours for <see cref="HybridCache"/>; null where no cache without a name was added.</summary>
    public ServiceDescriptor? Hybrid { get; set; }

    /// <summary>Ours for <see cref="IDistributedCache"/>; null where another was left.</summary>
    public ServiceDescriptor? Distributed { get; set; }

    /// <summary>The caches' names; empty for the one without.</summary>
    public IEnumerable<string> Names => _caches.Keys;

    /// <summary>Finds the collection's own, or adds it.</summary>
    /// <returns>Whether it was added just now.</returns>
    public static bool AddTo(IServiceCollection services, out CacheRegistrations registrations)
    {
        if (services.FirstOrDefault(s => !s.IsKeyedService && s.ImplementationInstance is CacheRegistrations)?.ImplementationInstance is CacheRegistrations found)
        {
            registrations = found;
            return false;
        }

        services.AddSingleton(registrations = new CacheRegistrations(services));
        return true;
    }

    /// <summary>Finds a cache by name, or adds it.</summary>
    /// <returns>Whether it was added just now.</returns>
    public bool Add(string name, out CacheRegistration cache)
    {
        if (_caches.TryGetValue(name, out cache!)) return false;
        _caches.Add(name, cache = new CacheRegistration(name));
        return true;
    }

    /// <summary>What a service without a key resolves to; null where nothing is registered.</summary>
    public ServiceDescriptor? OwnerOf(Type service) => _services.LastOrDefault(s => s.ServiceType == service && !s.IsKeyedService);
}
