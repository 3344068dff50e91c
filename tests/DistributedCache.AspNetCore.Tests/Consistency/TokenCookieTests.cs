using DistributedCache.AspNetCore.Tests.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>What requests without Redis show of the cookie that a client reads its writes by.</summary>
public class TokenCookieTests
{
    private static readonly EphemeralDataProtectionProvider Keys = new();

    private static string Cookie(ConsistencyToken token) =>
        $"other=1; tiered-cache-token={Keys.CreateProtector("DistributedCache.ConsistencyToken").Protect(token.ToString())}";

    private static ConsistencyToken TokenOf(Answer answer) => ConsistencyToken.Parse(
        Keys.CreateProtector("DistributedCache.ConsistencyToken").Unprotect(answer["Set-Cookie"]["tiered-cache-token=".Length..].Split(';')[0]), null);

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

        Assert.Equal(ConsistencyToken.NeverReached, TokenOf(answer));
    }

    [Fact]
    public async Task Post_ThatBroughtAToken_HasBothInTheNewOne()
    {
        await using var app = await Start();
        var earlier = (await app.Cache.RemoveByTagAsync("earlier", TestContext.Current.CancellationToken)).Token;

        var token = TokenOf(await app.SendAsync(HttpMethod.Post, "/a", ("Cookie", Cookie(earlier))));

        Assert.Equal(token, token.Merge(earlier));
        Assert.NotEqual(earlier, token);
    }

    [Theory]
    [InlineData("http", "", "max-age=30; path=/; samesite=lax; httponly")]
    [InlineData("https", "", "max-age=30; path=/; secure; samesite=lax; httponly")]
    [InlineData("http", "/shop", "max-age=30; path=/shop; samesite=lax; httponly")]
    public async Task Post_ThatInvalidated_SetsACookieForItsApplicationAlone(string scheme, string pathBase, string attributes)
    {
        await using var app = await App.StartAsync(
            static app => app.Run(static context => context.Response.WriteAsync("written")),
            build: static b => b.Services.AddSingleton<IDataProtectionProvider>(Keys).Configure<CookiePolicyOptions>(static o => o.CheckConsentNeeded = static _ => true),
            before: app =>
            {
                app.UseCookiePolicy();
                if (pathBase.Length > 0) app.UsePathBase(pathBase);
            });

        Assert.EndsWith("; " + attributes, (await app.SendAsync(HttpMethod.Post, $"{scheme}://localhost{pathBase}/a"))["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ThatInvalidatedMoreThanATokenNames_SetsACookieThatBrowsersKeep()
    {
        await using var app = await App.StartAsync(
            static app => app.MapPost("/a", static async (ITieredCache cache) =>
            {
                for (var i = 0; i < 200; i++) await cache.RemoveByTagAsync($"tag-{i}");
            }),
            build: static b => b.Services.AddSingleton<IDataProtectionProvider>(Keys));

        Assert.InRange((await app.SendAsync(HttpMethod.Post, "/a"))["Set-Cookie"].Length, 100, 4_096);
    }

    [Theory]
    [InlineData("tiered-cache-token=")]
    [InlineData("tiered-cache-token=CfDJ8AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("tiered-cache-token=plain")]
    [InlineData("other=tiered-cache-token")]
    public async Task Get_CookieThatNobodyHereMade_IsAnsweredAsWithoutOne(string cookie)
    {
        await using var app = await Start();
        await app.GetAsync("/a");

        foreach (var _ in new[] { 1, 2 }) Assert.StartsWith("cache; hit", (await app.GetAsync("/a", ("Cookie", cookie))).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_CookieOfAnotherKeyRing_IsLoggedOnce()
    {
        var log = new RecordedLog();
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog"),
            build: b =>
            {
                b.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
                b.Services.AddSingleton<ILoggerProvider>(new RecordedLogProvider(log));
            });

        foreach (var _ in new[] { 1, 2 }) await app.GetAsync("/a", ("Cookie", Cookie(ConsistencyToken.NeverReached)));

        Assert.Equal(1, log.Count(1300));
    }

    [Fact]
    public async Task Get_TokenThatIsNotReachedWithReadYourWritesOff_IsAHit()
    {
        await using var app = await Start(static o => o.ReadYourWritesFor = TimeSpan.Zero);
        await app.GetAsync("/a");

        Assert.StartsWith("cache; hit", (await app.GetAsync("/a", ("Cookie", Cookie(ConsistencyToken.NeverReached)))).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TokenThatWasNeverWritten_IsAHit()
    {
        await using var app = await Start();
        await app.GetAsync("/a");

        Assert.StartsWith("cache; hit", (await app.GetAsync("/a", ("Cookie", Cookie(default)))).CacheStatus, StringComparison.Ordinal);
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
