using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Proxy;

/// <summary>An origin that a proxy reaches over the network.</summary>
internal sealed class ListeningOrigin : IAsyncDisposable
{
    private readonly WebApplication _server;

    private ListeningOrigin(WebApplication server) => _server = server;

    public string Address => _server.Urls.Single();

    public static async Task<ListeningOrigin> StartAsync(Origin origin)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(origin.RunAsync);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new ListeningOrigin(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
