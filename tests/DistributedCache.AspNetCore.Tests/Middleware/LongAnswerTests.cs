using System.Globalization;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>An answer that takes longer than a load may is an answer all the same, and holds up nobody longer than it must.</summary>
public class LongAnswerTests
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    private Task<App> Start(string control, string before = "", Exception? failure = null, long? length = null, long most = 1_000) => App.StartAsync(
        app => app.MapGet("/a", async context =>
        {
            var run = Interlocked.Increment(ref _runs);
            context.Response.Headers.CacheControl = control;
            context.Response.ContentLength = length;
            if (before.Length > 0) await context.Response.WriteAsync(before);
            if (run == 1)
            {
                _begun.TrySetResult();
                await _release.Task;
                if (failure is not null) throw failure;
            }

            await context.Response.WriteAsync(run.ToString(CultureInfo.InvariantCulture));
        }).CacheResponse("catalog"),
        o => o.MaximumBodySize = most);

    [Theory]
    [InlineData("")]
    [InlineData("begun ")]
    public async Task Get_LongerThanALoadMayTake_IsAnsweredWhole(string before)
    {
        await using var app = await Start("max-age=60", before);
        var first = app.GetAsync("/a");
        await GiveUpAsync(app, before + "2");
        _release.SetResult();
        Assert.Equal((200, before + "1"), ((await first) is var answer ? answer.Status : 0, answer.Body));
    }

    [Theory]
    [InlineData("max-age=60", true)]
    [InlineData("no-store", false)]
    public async Task Get_FailsHalfway_IsNoWholeAnswer(string control, bool isLong)
    {
        await using var app = await Start(control, "begun ", new InvalidOperationException("away"));
        var first = app.GetAsync("/a");
        await _begun.Task;
        if (isLong) await GiveUpAsync(app, "begun 2");
        _release.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => first);
    }

    [Theory]
    [InlineData("no-store", null, "begun ")]
    [InlineData("max-age=60", 1_001L, "begun ")]
    [InlineData("max-age=60", null, "0123456789 0123456789 0123456789 0123456789 0123456789 ")]
    public async Task Get_WhileAnAnswerGoesOnThatIsNotStored_WaitsNotForItsEnd(string control, long? length, string before)
    {
        if (length is not null) before = before.PadRight((int)length - 1);
        await using var app = await Start(control, before, length: length, most: length is null ? 50 : 1_000);
        var first = app.GetAsync("/a");
        await _begun.Task;
        Assert.Equal(before + "2", (await app.GetAsync("/a")).Body);
        _release.SetResult();
        Assert.Equal(before + "1", (await first).Body);
    }

    [Fact]
    public async Task Get_LongerThanIsStored_SaysSoAtOnce()
    {
        await using var app = await Start("max-age=60", length: 1, most: 0);
        _release.SetResult();
        Assert.Equal("cache; fwd=uri-miss; detail=\"size\"", (await app.GetAsync("/a")).CacheStatus);
    }

    /// <summary>Lets the load's time run out, as who waits for it shows.</summary>
    private async Task GiveUpAsync(App app, string own)
    {
        await _begun.Task;
        var other = app.GetAsync("/a");
        await Poll.UntilAsync(() => Task.FromResult(app.Joined == 1), static () => "Nobody waits for it.");
        app.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(own, (await other).Body);
    }
}
