using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 9.3.3: the answer to a POST is what a GET would get only if it says so, by its place and its freshness.</summary>
public class Section9_3_3_PostTests
{
    [Theory]
    [InlineData("/a?b=1", "max-age=60", true)]
    [InlineData("http://localhost/a?b=1", "max-age=60", true)]
    [InlineData("/a", "max-age=60", false)]
    [InlineData("http://other.example/a?b=1", "max-age=60", false)]
    [InlineData("", "max-age=60", false)]
    [InlineData("/a?b=1", "public", false)]
    [InlineData("/a?b=1", "max-age=0", false)]
    [InlineData("/a?b=1", "max-age=60, private", false)]
    public async Task Post_WithPlaceAndFreshness_AnswersTheGet(string place, string control, bool isReused)
    {
        var origin = Origin.With(("Content-Location", place), ("Cache-Control", control));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("1", (await app.SendAsync(HttpMethod.Post, "/a?b=1")).Body);
        Assert.Equal(isReused ? "1" : "2", (await app.GetAsync("/a?b=1")).Body);
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
