using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9213;

/// <summary>RFC 9213, section 2.2: the field that is meant for this cache holds instead of <c>Cache-Control</c> and <c>Expires</c>.</summary>
public class Section2_2_SelectionTests
{
    [Theory]
    [InlineData("max-age=60", "no-store", true)]
    [InlineData("max-age=60", "private", true)]
    [InlineData("max-age=60", "max-age=1", true)]
    [InlineData("max-age=1", "max-age=60", false)]
    [InlineData("max-age=0", "max-age=60", false)]
    [InlineData("no-store", "max-age=60", false)]
    [InlineData("private", "max-age=60", false)]
    [InlineData("no-cache", "max-age=60", false)]
    [InlineData("must-revalidate", "max-age=60", false)]
    [InlineData("max-age=60, &", "no-store", false)]
    [InlineData("max-age=1, &", "max-age=60", true)]
    [InlineData("", "max-age=60", true)]
    public async Task Get_TargetedField_HoldsWhereItCanBeRead(string targeted, string control, bool isHit)
    {
        var origin = Origin.With(("CDN-Cache-Control", targeted), ("Cache-Control", control), ("Expires", control.Contains("no-store", StringComparison.Ordinal) ? "0" : "Fri, 01 Jan 2038 00:00:00 GMT"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(isHit ? "1" : "2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_TargetedLifetime_EndsWhenTheAgeReachesIt()
    {
        var origin = Origin.With(("CDN-Cache-Control", "max-age=60"), ("Age", "50"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("cache; hit; ttl=10; detail=L1", (await app.GetAsync("/a")).CacheStatus);
        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_TargetedField_IsPassedOn()
    {
        var origin = Origin.With(("CDN-Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("max-age=60", (await app.GetAsync("/a"))["CDN-Cache-Control"]);
        Assert.Equal("max-age=60", (await app.GetAsync("/a"))["CDN-Cache-Control"]);
    }

    [Fact]
    public async Task Get_EndpointWithAProfile_SpeaksToOtherCachesByIt()
    {
        var origin = Origin.With(("CDN-Cache-Control", "no-store"));
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse("catalog"));
        await app.GetAsync("/a");
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
    }
}
