using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What has just proved not to be cacheable is not served to one after another.</summary>
public class NotCacheableTests
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    [Fact]
    public async Task Get_AfterAnAnswerThatWasNotStored_WaitsForNoOther()
    {
        await using var app = await App.StartAsync(app => app.MapGet("/a", async (HttpContext context, CancellationToken _) =>
        {
            var run = Interlocked.Increment(ref _runs);
            context.Response.Headers.CacheControl = "private";
            if (run == 2)
            {
                _begun.SetResult();
                await _release.Task;
            }

            return run.ToString(CultureInfo.InvariantCulture);
        }).CacheResponse("catalog"));
        await app.GetAsync("/a");
        var second = app.GetAsync("/a");
        await _begun.Task;
        Assert.Equal("3", (await app.GetAsync("/a").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Body);
        _release.SetResult();
        Assert.Equal("2", (await second).Body);
    }

    [Fact]
    public async Task Get_LaterThanThatIsRemembered_IsStoredAgain()
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/a", (HttpContext context) =>
            {
                var run = Interlocked.Increment(ref _runs);
                if (run == 1) context.Response.Headers.CacheControl = "private";
                return run.ToString(CultureInfo.InvariantCulture);
            }).CacheResponse("catalog"),
            static o => o.NotCacheableFor = TimeSpan.FromSeconds(3));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("stored", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        app.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("stored", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }
}
