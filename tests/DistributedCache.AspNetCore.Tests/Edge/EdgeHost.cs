using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>An application with a cache and edges.</summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    private readonly IHost _host;

    private EdgeHost(IHost host) => _host = host;

    public ITieredCache Cache => Services.GetRequiredService<ITieredCache>();

    public IServiceProvider Services => _host.Services;

    public static async Task<EdgeHost> StartAsync(Action<ITieredCacheBuilder> configure, Action<TieredCacheOptions>? options = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddFilter(static _ => false);
        configure(builder.Services.AddTieredCache(o =>
        {
            (o.Application, o.RemoteTimeout) = ("edge", Patience.OfTheCache);
            options?.Invoke(o);
        }));
        var host = new EdgeHost(builder.Build());
        await host._host.StartAsync();
        return host;
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
