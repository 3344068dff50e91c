using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.4: what an unsafe request may have changed is invalid once it has succeeded, and before its answer is out.</summary>
public class Section4_4_InvalidationTests
{
    private static async Task<App> Filled(Origin origin)
    {
        origin.Say(("Cache-Control", "max-age=60"));
        var app = await origin.BehindProxyAsync();
        foreach (var path in new[] { "/a", "/a?b=1", "/place", "/content" }) await app.GetAsync(path);
        return app;
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("M-SEARCH")]
    public async Task Unsafe_Succeeded_InvalidatesItsTargetAlone(string method)
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        await app.SendAsync(new HttpMethod(method), "/a");
        Assert.Contains("fwd=", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        Assert.Contains("hit", (await app.GetAsync("/a?b=1")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsafe_HostInAnotherCase_InvalidatesItsTarget()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Host", "shop.example"));
        await app.SendAsync(HttpMethod.Put, "/a", ("Host", "SHOP.example"));
        Assert.Contains("fwd=", (await app.GetAsync("/a", ("Host", "shop.example"))).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(303)]
    public async Task Unsafe_Redirected_InvalidatesItsTarget(int status)
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        origin.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        await app.SendAsync(HttpMethod.Post, "/a");
        Assert.Contains("fwd=", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsafe_PlaceWithEscapesAndAQuery_IsInvalid()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        foreach (var path in new[] { "/a%20b?c=1", "/a%20b" }) await app.GetAsync(path);
        origin.Say(("Location", "/a%20b?c=1"));
        await app.SendAsync(HttpMethod.Post, "/z");
        origin.Say(("Cache-Control", "max-age=60"));
        Assert.Contains("hit", (await app.GetAsync("/a%20b")).CacheStatus, StringComparison.Ordinal);
        Assert.Contains("fwd=", (await app.GetAsync("/a%20b?c=1")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsafe_PlaceWithASlashWithinASegment_IsInvalid()
    {
        // The server leaves that slash escaped, which the test server does not.
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        await using var app = builder.Build();
        app.UseTieredResponseCaching(static o => o.CacheAllEndpoints = true);
        app.Run(origin.RunAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("1", await client.GetStringAsync("/a%2Fb", TestContext.Current.CancellationToken));
        origin.Say(("Location", "/a%2Fb"));
        using (await client.PostAsync("/z", null, TestContext.Current.CancellationToken))
        {
            Assert.Equal("3", await client.GetStringAsync("/a%2Fb", TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Unsafe_OfAnotherHost_InvalidatesNothing()
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        await app.SendAsync(HttpMethod.Post, "http://other.example/a");
        Assert.Contains("hit", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", 404)]
    [InlineData("POST", 500)]
    [InlineData("OPTIONS", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("TRACE", 200)]
    public async Task Request_ThatFailedOrIsSafe_InvalidatesNothing(string method, int status)
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        origin.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        await app.SendAsync(new HttpMethod(method), "/a");
        Assert.Contains("hit", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/place", "http://localhost/content", true)]
    [InlineData("place", "content", true)]
    [InlineData("http://other.example/place", "//other.example/content", false)]
    [InlineData("https://localhost:80/place", "https://localhost/content", false)]
    public async Task Unsafe_PlacesItNames_AreInvalidIfTheyAreOfTheSameOrigin(string location, string contentLocation, bool areInvalid)
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        origin.Say(("Location", location), ("Content-Location", contentLocation));
        await app.SendAsync(HttpMethod.Put, "/a");
        origin.Say(("Cache-Control", "max-age=60"));
        foreach (var path in new[] { "/place", "/content" }) Assert.Equal(areInvalid, !(await app.GetAsync(path)).CacheStatus.Contains("hit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unsafe_AnswerThatIsStillComing_HasInvalidatedAlready()
    {
        var origin = new Origin();
        await using var app = await Filled(origin);
        var rest = new TaskCompletionSource();
        origin.Answer = async context =>
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            await rest.Task;
        };
        using var request = new HttpRequestMessage(HttpMethod.Put, "/a");
        using var answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        origin.Say(("Cache-Control", "max-age=60"));
        Assert.Contains("fwd=", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        rest.SetResult();
    }
}
