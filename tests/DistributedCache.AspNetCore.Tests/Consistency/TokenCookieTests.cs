using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>What requests without Redis show of the cookie that a client reads its writes by.</summary>
public class TokenCookieTests
{
    private static readonly EphemeralDataProtectionProvider Keys = new();

    private static string Cookie(ConsistencyToken token) =>
        $"other=1; tiered-cache-token={Keys.CreateProtector("DistributedCache.ConsistencyToken").Protect(token.ToString())}";

    private static Task<App> Start(Action<TieredResponseCachingOptions>? configure = null) => App.StartAsync(
        app =>
        {
            app.MapGet("/a", () => "a").CacheResponse("catalog");
            app.MapPost("/a", () => "written");
            app.MapPost("/refused", () => Results.BadRequest());
        },
        configure,
        build: static b => b.Services.AddSingleton<IDataProtectionProvider>(Keys));

    [Fact]
    public async Task Get_TokenThatIsNotReached_GoesWithoutTheCache()
    {
        await using var app = await Start();
        await app.GetAsync("/a");

        var answer = await app.GetAsync("/a", ("Cookie", Cookie(ConsistencyToken.NeverReached)));

        Assert.Equal("cache; fwd=bypass; detail=\"token\"", answer.CacheStatus);
    }

    [Fact]
    public async Task Get_TokenThatIsReached_IsAHit()
    {
        await using var app = await Start();
        var written = await app.Cache.RemoveByTagAsync("other", TestContext.Current.CancellationToken);
        await app.GetAsync("/a");

        var answer = await app.GetAsync("/a", ("Cookie", Cookie(written.Token)));

        Assert.StartsWith("cache; hit", answer.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ThatBroughtAToken_KeepsItInTheNewOne()
    {
        await using var app = await Start();

        var answer = await app.SendAsync(HttpMethod.Post, "/a", ("Cookie", Cookie(ConsistencyToken.NeverReached)));

        var text = answer["Set-Cookie"]["tiered-cache-token=".Length..].Split(';')[0];
        var token = ConsistencyToken.Parse(Keys.CreateProtector("DistributedCache.ConsistencyToken").Unprotect(text), null);
        Assert.Equal(ConsistencyToken.NeverReached, token);
    }

    [Fact]
    public async Task Post_ThatWasRefused_SetsNoCookie()
    {
        await using var app = await Start();

        Assert.Equal("", (await app.SendAsync(HttpMethod.Post, "/refused"))["Set-Cookie"]);
    }

    [Fact]
    public async Task Post_WithReadYourWritesOff_SetsNoCookie()
    {
        await using var app = await Start(static o => o.ReadYourWritesFor = TimeSpan.Zero);

        Assert.Equal("", (await app.SendAsync(HttpMethod.Post, "/a"))["Set-Cookie"]);
    }

    [Fact]
    public async Task Post_ThatSucceeds_InvalidatesBeforeItsAnswerBegins()
    {
        var began = new TaskCompletionSource();
        await using var app = await App.StartAsync(app =>
        {
            app.MapGet("/a", () => Guid.NewGuid().ToString()).CacheResponse("catalog");
            app.MapPost("/a", async context =>
            {
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await began.Task;
            });
        });
        var first = (await app.GetAsync("/a")).Body;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a");
        using var answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.NotEqual(first, (await app.GetAsync("/a")).Body);
        began.SetResult();
    }
}
