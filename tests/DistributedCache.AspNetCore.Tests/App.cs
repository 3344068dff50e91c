using DistributedCache.Diagnostics;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests;

/// <summary>An application with the cache in front of it, on a clock of the test's.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly WebApplication _app;

    private App(WebApplication app, FakeTimeProvider time)
    {
        _app = app;
        Time = time;
        Client = app.GetTestClient();
    }

    public FakeTimeProvider Time { get; }

    public HttpClient Client { get; }

    public ITieredCache Cache => _app.Services.GetRequiredService<ITieredCache>();

    /// <summary>How many calls have joined another's load.</summary>
    public long Joined
    {
        get
        {
            var engine = _app.Services.GetRequiredService<CacheEngine>();
            return engine.Profiles.Current.All.Sum(profile => HitCounters.Read(engine.CountersOf(profile).Collapsed));
        }
    }

    public static async Task<App> StartAsync(
        Action<WebApplication> map, Action<TieredResponseCachingOptions>? configure = null, InProcessRemote? remote = null, FakeTimeProvider? time = null, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? before = null)
    {
        time ??= new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time);
        var cache = builder.Services.AddTieredCache(o => o.Profiles["Default"].Jitter = 0)
            .AddProfile("catalog", p => (p.Duration, p.Jitter) = (TimeSpan.FromMinutes(10), 0))
            .AddTieredResponseCaching(configure);
        if (remote is not null) cache.UseInProcessRemote(remote);
        build?.Invoke(builder);
        var app = builder.Build();
        app.UseRouting();
        before?.Invoke(app);
        app.UseTieredResponseCaching();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new App(app, time);
    }

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => await SendAsync(HttpMethod.Get, path, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var fields = response.Headers.Concat(response.Content.Headers).ToDictionary(static h => h.Key, static h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), fields);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>What a request was answered.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string CacheStatus => this["Cache-Status"];

    public string this[string header] => Headers.GetValueOrDefault(header, "");
}
