using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>Tags come from requests and data. A response that one of them could never invalidate is answered, and not stored.</summary>
public class TagTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "two\nlines")]
    [InlineData(2_000, "x")]
    public async Task Get_TagOfTheEndpointThatCannotBe_IsAnsweredAndNotStored(int length, string text)
    {
        await using var app = await App.StartAsync(app => app.MapGet("/a", (HttpContext context) =>
        {
            context.AddCacheTags("sound", string.Concat(Enumerable.Repeat(text, length)));
            return Next();
        }).CacheResponse("catalog"));
        Assert.Equal(("1", "cache; fwd=uri-miss; detail=\"tag\""), ((await app.GetAsync("/a")) is var first ? first.Body : "", first.CacheStatus));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(1, "%0A")]
    [InlineData(2_000, "x")]
    public async Task Get_TagOfTheRequestThatCannotBe_GoesPastTheCache(int length, string text)
    {
        await using var app = await App.StartAsync(app => app.MapGet("/a", Next).CacheResponse("catalog", static o => o.Tags = ["search:{query.q}"]));
        var path = $"/a?q={string.Concat(Enumerable.Repeat(text, length))}";
        Assert.Equal(("1", "cache; fwd=bypass; detail=\"tag\""), ((await app.GetAsync(path)) is var first ? first.Body : "", first.CacheStatus));
    }
}
