using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What is made of a client's session is that client's, whether sessions run before the cache or behind it.</summary>
public class SessionTests
{
    private int _runs;

    private Task<App> Start(bool isBehindTheCache, Action<CacheResponseAttribute>? configure = null) => App.StartAsync(
        app =>
        {
            if (isBehindTheCache) app.UseSession();
            app.MapGet("/login", (HttpContext context, string name) =>
            {
                context.Session.SetString("name", name);
                return "";
            });
            app.MapGet("/own", (HttpContext context) => $"{context.Session.GetString("name")}").CacheResponse("catalog", configure);
            app.MapGet("/begin", (HttpContext context) =>
            {
                context.Session.SetString("name", "new");
                return Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);
            }).CacheResponse("catalog", configure);
            app.MapGet("/all", () => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture)).CacheResponse("catalog", configure);
        },
        build: static builder => builder.Services.AddSession(),
        before: app =>
        {
            if (!isBehindTheCache) app.UseSession();
        });

    private static async Task<(string, string)> LoginAsync(App app, string name) => ("Cookie", (await app.GetAsync($"/login?name={name}"))["Set-Cookie"].Split(';')[0]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_OfASessionThatIsThere_IsNotStored(bool isBehindTheCache)
    {
        await using var app = await Start(isBehindTheCache);
        var (ann, bob) = (await LoginAsync(app, "ann"), await LoginAsync(app, "bob"));
        Assert.Equal(("ann", "cache; fwd=uri-miss; detail=\"session\""), ((await app.GetAsync("/own", ann)) is var answer ? answer.Body : "", answer.CacheStatus));
        Assert.Equal("bob", (await app.GetAsync("/own", bob)).Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_OfASessionThatBegins_IsNotStored(bool isBehindTheCache)
    {
        await using var app = await Start(isBehindTheCache);
        await app.GetAsync("/begin");
        Assert.Equal("2", (await app.GetAsync("/begin")).Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_ThatUsesNoSession_IsStored(bool isBehindTheCache)
    {
        await using var app = await Start(isBehindTheCache);
        await app.GetAsync("/all");
        Assert.Equal("1", (await app.GetAsync("/all", await LoginAsync(app, "ann"))).Body);
    }

    [Fact]
    public async Task Get_SharedAcrossUsers_IsStoredWhateverItUses()
    {
        await using var app = await Start(isBehindTheCache: false, static o => o.SharedAcrossUsers = true);
        await app.GetAsync("/own", await LoginAsync(app, "ann"));
        Assert.Contains("; hit", (await app.GetAsync("/own")).CacheStatus, StringComparison.Ordinal);
    }
}
