using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Pipeline;

/// <summary>A cache as an application registers it, on a clock of the test's.</summary>
internal sealed class TestCache : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestCache(ServiceProvider services, FakeTimeProvider time)
    {
        _services = services;
        Time = time;
        Cache = services.GetRequiredService<ITieredCache>();
    }

    public FakeTimeProvider Time { get; }

    public ITieredCache Cache { get; }

    public IServiceProvider Services => _services;

    public static TestCache Make(Action<TieredCacheOptions>? configure = null, InProcessRemote? remote = null, FakeTimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        time ??= new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddMetrics();
        collection.AddSingleton<TimeProvider>(time);
        var builder = collection.AddTieredCache(options =>
        {
            options.Profiles["Default"].Jitter = 0;
            configure?.Invoke(options);
        });
        if (remote is not null) builder.UseInProcessRemote(remote);
        services?.Invoke(collection);
        return new TestCache(collection.BuildServiceProvider(), time);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
