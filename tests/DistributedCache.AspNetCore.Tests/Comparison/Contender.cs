using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Comparison;

/// <summary>An application with one of the three caches in front of an endpoint: the framework's two, or this one.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private Contender(WebApplication app) => (_app, _client) = (app, app.GetTestClient());

    /// <param name="kind">Its name, as the page has it.</param>
    /// <param name="answer">What the endpoint does.</param>
    /// <param name="before">What stands before the cache.</param>
    public static async Task<Contender> StartAsync(string kind, Microsoft.AspNetCore.Http.RequestDelegate answer, Action<WebApplication>? before = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        if (kind == "ResponseCaching") builder.Services.AddResponseCaching();
        else if (kind == "OutputCaching") builder.Services.AddOutputCache();
        else builder.Services.AddTieredCache().AddProfile("pages", static p => p.Duration = TimeSpan.FromMinutes(1)).AddTieredResponseCaching();
        var app = builder.Build();
        app.UseRouting();
        before?.Invoke(app);
        if (kind == "ResponseCaching") app.UseResponseCaching();
        else if (kind == "OutputCaching") app.UseOutputCache();
        else app.UseTieredResponseCaching();
        var endpoint = app.MapMethods("/a", ["GET", "HEAD"], answer);
        app.MapPut("/a", static () => "put");
        if (kind == "OutputCaching") endpoint.CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(1)).Tag("a"));
        if (kind == "this") endpoint.CacheResponse("pages", static o => o.Tags = ["a"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Contender(app);
    }

    public async Task<Answer> SendAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/a");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var fields = response.Headers.Concat(response.Content.Headers).ToDictionary(static h => h.Key, static h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), fields);
    }

    public Task<Answer> GetAsync(params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, headers);

    /// <summary>Evicts what is tagged; false where there is no such thing.</summary>
    public async Task<bool> EvictAsync(string tag)
    {
        if (_app.Services.GetService<ITieredCache>() is { } cache) await cache.RemoveByTagAsync(tag);
        else if (_app.Services.GetService<IOutputCacheStore>() is { } store) await store.EvictByTagAsync(tag, CancellationToken.None);
        else return false;
        return true;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
