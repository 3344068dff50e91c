using DistributedCache.Profiles;
using DistributedCache.Registration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.TieredOptions;

/// <summary>An application's services, with configuration that can be changed while they live.</summary>
public sealed class Provided : IDisposable
{
    private readonly ServiceProvider _provider;

    public Provided(Action<IServiceCollection> add, params (string Key, string? Value)[] configuration)
    {
        Configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(Configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        add(services);
        _provider = services.BuildServiceProvider();
    }

    public IConfigurationRoot Configuration { get; }

    public RecordedLogs Logs { get; } = new();

    public IServiceProvider Services => _provider;

    public TieredCacheOptions Options(string name = "") => _provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get(name);

    internal ProfileSource Profiles(string name = "") => _provider.GetCacheService<ProfileSource>(name);

    /// <summary>Changes configuration and tells of it once.</summary>
    public void Reload(params (string Key, string? Value)[] changes)
    {
        foreach (var (key, value) in changes) Configuration[key] = value;
        Configuration.Reload();
    }

    public void Dispose() => _provider.Dispose();
}
