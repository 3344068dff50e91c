using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Builder;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>A response is kept for as long as it is of use, and no longer.</summary>
public class RetentionTests
{
    private static Task<App> Start(Origin origin) => App.StartAsync(
        app => app.Run(origin.RunAsync), static o => o.CacheAllEndpoints = true, build: static b => b.Environment.EnvironmentName = "Development");

    private static string KeyOf(Answer answer) => answer.CacheStatus.Split("key=\"")[1].TrimEnd('"');

    private static async Task<TimeSpan> FreshForAsync(App app, string key) => (await app.Cache.GetAsync<CachedItem>(key, cancellationToken: TestContext.Current.CancellationToken)).TimeToLive;

    private static async Task<bool> IsKeptAsync(App app, string key)
    {
        var isKept = false;
        await app.Cache.GetOrCreateAsync<CachedItem>(
            key,
            (load, _) =>
            {
                isKept = load.HasStale;
                load.DoNotStore();
                return ValueTask.FromResult<CachedItem>(NotCacheable.Instance);
            },
            cancellationToken: TestContext.Current.CancellationToken);
        return isKept;
    }

    [Fact]
    public async Task Get_ResponseThatCameWithAnAge_IsFreshForTheRest()
    {
        await using var app = await Start(Origin.With(("Cache-Control", "max-age=60"), ("Age", "20")));
        Assert.Equal(TimeSpan.FromSeconds(40), await FreshForAsync(app, KeyOf(await app.GetAsync("/a"))));
    }

    [Fact]
    public async Task Get_Variants_AreKeptWhileTheyAreFreshAndWhatChoosesThemForADay()
    {
        await using var app = await Start(Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any")));
        Assert.Equal(TimeSpan.FromDays(1), await FreshForAsync(app, KeyOf(await app.GetAsync("/a"))));
        Assert.Equal(TimeSpan.FromSeconds(60), await FreshForAsync(app, KeyOf(await app.GetAsync("/a", ("X-Any", "1")))));
    }

    [Theory]
    [InlineData("max-age=60", null, 3_600)]
    [InlineData("max-age=60, must-revalidate", null, 0)]
    [InlineData("max-age=60, stale-if-error=30", null, 30)]
    [InlineData("max-age=60, stale-while-revalidate=30, stale-if-error=10", null, 30)]
    [InlineData("max-age=60, must-revalidate", "\"v1\"", 3_600)]
    public async Task Get_ResponseBeyondItsLifetime_IsKeptForWhatItMayBeOfUse(string control, string? tag, int seconds)
    {
        await using var app = await Start(Origin.With([("Cache-Control", control), .. tag is null ? Array.Empty<(string, string)>() : [("ETag", tag)]]));
        var key = KeyOf(await app.GetAsync("/a"));
        app.Time.Advance(TimeSpan.FromSeconds(60 + seconds - 1));
        if (seconds > 0) Assert.True(await IsKeptAsync(app, key));
        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await IsKeptAsync(app, key));
    }
}
