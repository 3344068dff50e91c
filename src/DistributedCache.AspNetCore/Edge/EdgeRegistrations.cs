using System.Diagnostics.CodeAnalysis;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Profiles;
using DistributedCache.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>The edges that were added to a cache, each once.</summary>
internal sealed class EdgeRegistrations
{
    private const string OptionsPath = "Edges";

    private readonly string _cache;
    private readonly Dictionary<string, Func<IServiceProvider, IEnumerable<EdgeSite>>> _edges = new(StringComparer.Ordinal);

    private EdgeRegistrations(string cache) => _cache = cache;

    /// <summary>Finds the cache's own, or adds it and what purges its edges.</summary>
    public static EdgeRegistrations Of(ITieredCacheBuilder builder)
    {
        var (services, cache) = (builder.Services, builder.Name);
        if (services.FirstOrDefault(s => s.IsKeyedService && s.ServiceType == typeof(EdgeRegistrations) && cache.Equals(s.ServiceKey))
            ?.KeyedImplementationInstance is EdgeRegistrations found) return found;

        var added = new EdgeRegistrations(cache);
        services.AddKeyedSingleton(cache, added);
        services.AddKeyedSingleton<IReadOnlyList<EdgeSite>>(cache, (provider, _) => added.Make(provider));
        services.AddKeyedSingleton(cache, static (provider, key) => new EdgeHeaders(provider.GetRequiredKeyedService<IReadOnlyList<EdgeSite>>(key)));
        services.AddSingleton<IHostedService>(provider => new EdgePurging(provider, cache));
        AddOptions<EdgeOptions>(builder, OptionsPath, EdgeFaults.Check, configure: null);
        return added;
    }

    /// <summary>Adds an edge with options of its own, or goes on with it.</summary>
    public static ITieredCacheBuilder Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        ITieredCacheBuilder builder,
        string name,
        Action<T> configure,
        Action<T, OptionFaults> check,
        Func<T, Func<string, EdgeClient>, IEnumerable<EdgeSite>> sites)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var registrations = Of(builder);
        var cache = builder.Name;
        AddOptions(builder, $"{OptionsPath}:{name}", check, configure);
        var http = $"DistributedCache.Edge.{name}";

        // What answers a purge with a redirection has not purged, whatever is where it leads to. The client would log each purge at
        // Information, in four lines; of what goes wrong the queue tells.
        builder.Services.AddHttpClient(http).RemoveAllLoggers().UseSocketsHttpHandler(static (handler, _) => handler.AllowAutoRedirect = false);
        registrations._edges[name] = provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<T>>().Get(cache);
            var clients = provider.GetRequiredService<IHttpClientFactory>();
            var common = provider.GetRequiredService<IOptionsMonitor<EdgeOptions>>().Get(cache);
            var time = provider.GetCacheService<ProfileSource>(cache).Options.TimeProvider;
            return sites(options, site => new EdgeClient(site, () => clients.CreateClient(http), common, time));
        };
        return builder;
    }

    /// <summary>Adds an edge of the application's own.</summary>
    public void Add(string name, EdgeTagFormat format, Func<IServiceProvider, IEdgePurger> purger) =>
        _edges[name] = provider => [new EdgeSite(name, format, HeedsTargets: true, EdgeSite.LargestBatch, purger(provider))];

    private EdgeSite[] Make(IServiceProvider provider)
    {
        EdgeSite[] sites = [.. _edges.Values.SelectMany(make => make(provider))];
        var faults = EdgeFaults.Of(_cache, OptionsPath);
        EdgeFaults.Check(sites, faults);
        return faults.All.Count == 0 ? sites : throw new OptionsValidationException(_cache, typeof(EdgeOptions), faults.All);
    }

    private static void AddOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        ITieredCacheBuilder builder, string path, Action<T, OptionFaults> check, Action<T>? configure)
        where T : class
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<T>>(new EdgeOptionsValidator<T>(path, check)));
        var options = builder.Services.AddOptions<T>(builder.Name).ValidateOnStart();
        if (configure is not null) options.Configure(configure);
    }
}
