using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>A local server in an edge's place: it keeps every request as it came, and answers what the test says.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Channel<StandInRequest> _requests = Channel.CreateUnbounded<StandInRequest>();

    private StandIn(WebApplication server) => _server = server;

    public Uri Address { get; private set; } = null!;

    /// <summary>What it answers; 200 and an empty body, unless a test sets it.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    public int Waiting => _requests.Reader.Count;

    public static async Task<StandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var standIn = new StandIn(server);
        server.Run(standIn.TakeAsync);
        await server.StartAsync();
        standIn.Address = new Uri(server.Urls.Single());
        return standIn;
    }

    public async Task<StandInRequest> NextAsync() =>
        await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _requests.Writer.TryWrite(new StandInRequest(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", headers, await reader.ReadToEndAsync()));
        await Answer(context);
    }
}

/// <summary>A request a stand-in got.</summary>
internal sealed record StandInRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}
