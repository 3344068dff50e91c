using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests;

/// <summary>An origin behind a proxy that caches all it passes on: what each test says it answers.</summary>
internal sealed class Origin
{
    private int _runs;

    public int Runs => _runs;

    /// <summary>The fields of the last request.</summary>
    public IReadOnlyDictionary<string, string> Asked { get; private set; } = new Dictionary<string, string>();

    /// <summary>What becomes of the response before its body, which is the number of the run unless this has begun one.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Answers with these fields.</summary>
    public static Origin With(params (string Name, string Value)[] fields)
    {
        var origin = new Origin();
        origin.Say(fields);
        return origin;
    }

    public void Say(params (string Name, string Value)[] fields) => Answer = context =>
    {
        foreach (var (name, value) in fields) context.Response.Headers.Append(name, value);
        return Task.CompletedTask;
    };

    public Task<App> BehindProxyAsync(Action<TieredResponseCachingOptions>? configure = null, InProcessRemote? remote = null, Microsoft.Extensions.Time.Testing.FakeTimeProvider? time = null) => App.StartAsync(
        app => app.Run(RunAsync),
        options =>
        {
            options.CacheAllEndpoints = true;
            configure?.Invoke(options);
        },
        remote,
        time);

    public async Task RunAsync(HttpContext context)
    {
        var run = Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);
        Asked = context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        await Answer(context);
        if (!context.Response.HasStarted && context.Response.StatusCode is not (204 or 304) && context.Response.ContentLength is null) await context.Response.WriteAsync(run);
    }
}
