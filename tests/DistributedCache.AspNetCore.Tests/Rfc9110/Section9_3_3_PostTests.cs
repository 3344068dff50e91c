using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 9.3.3: the answer to a POST is what a GET would get only if it says so, by its place and its freshness.</summary>
public class Section9_3_3_PostTests
{
    [Theory]
    [InlineData("/a?b=1", "max-age=60", true)]
    [InlineData("http://localhost/a?b=1", "max-age=60", true)]
    [InlineData("/a?b=1", "s-maxage=60", true)]
    [InlineData("/a", "max-age=60", false)]
    [InlineData("http://other.example/a?b=1", "max-age=60", false)]
    [InlineData("", "max-age=60", false)]
    [InlineData("/a?b=1", "public", false)]
    [InlineData("/a?b=1", "max-age=0", false)]
    [InlineData("/a?b=1", "max-age=0, stale-if-error=60", false)]
    [InlineData("/a?b=1", "max-age=60, private", false)]
    public async Task Post_WithPlaceAndFreshness_AnswersTheGet(string place, string control, bool isReused)
    {
        var origin = Origin.With(("Content-Location", place), ("Cache-Control", control));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("1", (await app.SendAsync(HttpMethod.Post, "/a?b=1")).Body);
        Assert.Equal(isReused ? "1" : "2", (await app.GetAsync("/a?b=1")).Body);
    }

    [Theory]
    [InlineData("POST", 200, "max-age=60", true)]
    [InlineData("PUT", 200, "max-age=60", false)]
    [InlineData("POST", 201, "max-age=60", false)]
    [InlineData("POST", 404, "max-age=60", false)]
    [InlineData("POST", 200, "public", false)]
    public async Task Unsafe_OfAnotherKind_AnswersNoGet(string method, int status, string control, bool isReused)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                var headers = context.Response.Headers;
                context.Response.StatusCode = status;
                (headers.ContentLocation, headers.CacheControl, headers.LastModified) = ("/a", control, "Mon, 05 Jan 2015 00:00:00 GMT");
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.SendAsync(new HttpMethod(method), "/a");
        Assert.Equal(isReused ? "1" : "2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Post_GivenACookieAsItStarts_AnswersNoGet()
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                (context.Response.Headers.ContentLocation, context.Response.Headers.CacheControl) = ("/a", "max-age=60");
                context.Response.OnStarting(() =>
                {
                    context.Response.Cookies.Append("id", "1");
                    return Task.CompletedTask;
                });
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.SendAsync(HttpMethod.Post, "/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Post_StoredBefore_IsReplaced()
    {
        var origin = Origin.With(("Content-Location", "/a"), ("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        await app.SendAsync(HttpMethod.Post, "/a");
        var get = await app.GetAsync("/a");
        Assert.Equal("2", get.Body);
        Assert.StartsWith("cache; hit", get.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ThatVaries_IsNotStored()
    {
        var origin = Origin.With(("Content-Location", "/a"), ("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        await app.SendAsync(HttpMethod.Post, "/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Post_ToAnEndpointWithADurationOfItsOwn_IsNotStored()
    {
        var origin = Origin.With(("Content-Location", "/a"), ("Cache-Control", "max-age=60"));
        await using var app = await App.StartAsync(app => app.MapMethods("/a", ["GET", "POST"], (RequestDelegate)origin.RunAsync).CacheResponse(null, o => o.Duration = 60));
        await app.SendAsync(HttpMethod.Post, "/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData("of-1")]
    [InlineData("added")]
    public async Task Post_ItsTagIsInvalidated_AnswersNoGetAnyMore(string tag)
    {
        var origin = new Origin
        {
            Answer = static context =>
            {
                context.AddCacheTags("added");
                (context.Response.Headers.CacheControl, context.Response.Headers.ContentLocation) = ("max-age=60", context.Request.Path.Value);
                return Task.CompletedTask;
            },
        };
        await using var app = await App.StartAsync(app => app.MapMethods("/{id}", ["GET", "POST"], (RequestDelegate)origin.RunAsync).CacheResponse(null, static o => o.Tags = ["of-{id}"]));
        await app.SendAsync(HttpMethod.Post, "/1");
        Assert.Equal("1", (await app.GetAsync("/1")).Body);
        await app.Cache.RemoveByTagAsync(tag, TestContext.Current.CancellationToken);
        Assert.Equal("2", (await app.GetAsync("/1")).Body);
    }

    [Fact]
    public async Task Post_ThatItsPolicyDoesNotCache_IsNotStored()
    {
        var origin = Origin.With(("Content-Location", "/a"), ("Cache-Control", "max-age=60"));
        await using var app = await App.StartAsync(app => app.MapMethods("/a", ["GET", "POST"], (RequestDelegate)origin.RunAsync)
            .CacheResponse(null, static o => o.When(static context => !context.Request.Headers.ContainsKey("X-Preview"))));
        await app.SendAsync(HttpMethod.Post, "/a", ("X-Preview", "1"));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Post_StoredUnderALocalDuration_IsKeptHereForThatLong()
    {
        var origin = Origin.With(("Content-Location", "/a"), ("Cache-Control", "max-age=60"));
        await using var app = await App.StartAsync(app => app.MapMethods("/a", ["GET", "POST"], (RequestDelegate)origin.RunAsync).CacheResponse(null, static o => o.LocalDuration = 5));
        await app.SendAsync(HttpMethod.Post, "/a");
        app.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(9, true)]
    public async Task Post_BodyOverTheBound_IsNotStored(int bytes, bool isStored)
    {
        var origin = Origin.With();
        origin.Answer = context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentLocation = "/a";
            return context.Response.WriteAsync(new string('x', bytes));
        };
        await using var app = await origin.BehindProxyAsync(o => o.MaximumBodySize = 9);
        Assert.Equal(bytes, (await app.SendAsync(HttpMethod.Post, "/a")).Body.Length);
        Assert.Equal(bytes, (await app.GetAsync("/a")).Body.Length);
        Assert.Equal(isStored ? 1 : 2, origin.Runs);
    }

    [Fact]
    public async Task Post_BodyShorterThanItSays_IsNotStored()
    {
        var origin = new Origin
        {
            Answer = static context =>
            {
                (context.Response.Headers.CacheControl, context.Response.Headers.ContentLocation, context.Response.ContentLength) = ("max-age=60", "/a", 10);
                return context.Response.WriteAsync("short");
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.SendAsync(HttpMethod.Post, "/a");
        await app.GetAsync("/a");
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Post_WhoseKeyIsRemovedMeanwhile_IsNotStored()
    {
        App? app = null;
        var key = "";
        var origin = new Origin();
        origin.Answer = async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentLocation = "/a";
            if (HttpMethods.IsPost(context.Request.Method)) await app!.Cache.RemoveAsync(key);
        };
        await using (app = await App.StartAsync(app => app.Run(origin.RunAsync), o => o.CacheAllEndpoints = true, build: static b => b.Environment.EnvironmentName = "Development"))
        {
            key = (await app.GetAsync("/a")).CacheStatus.Split("key=\"")[1].TrimEnd('"');
            await app.SendAsync(HttpMethod.Post, "/a");
            Assert.Equal("3", (await app.GetAsync("/a")).Body);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_OvertakenByAnotherWriteOfItsTarget_IsNotStored(bool hasBegun)
    {
        App? app = null;
        var origin = new Origin();
        origin.Answer = async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentLocation = "/a";
            if (!HttpMethods.IsPost(context.Request.Method)) return;
            if (hasBegun) await context.Response.WriteAsync("post", context.RequestAborted);
            await app!.SendAsync(HttpMethod.Put, "/a");
        };
        await using (app = await origin.BehindProxyAsync())
        {
            await app.SendAsync(HttpMethod.Post, "/a");
            var get = await app.GetAsync("/a");
            Assert.Equal(("3", "cache; fwd=uri-miss; stored"), (get.Body, get.CacheStatus));
        }
    }
}
