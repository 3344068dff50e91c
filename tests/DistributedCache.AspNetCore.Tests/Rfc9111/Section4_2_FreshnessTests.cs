using DistributedCache.AspNetCore.Headers;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.2: how long a response is fresh, and how old it is.</summary>
public class Section4_2_FreshnessTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    [Theory]
    [InlineData("max-age=60", null, null, null, 59)]
    [InlineData("max-age=60, s-maxage=30", null, null, null, 29)]
    [InlineData("max-age=60", null, "20", null, 39)]
    [InlineData("max-age=60", null, "20, 0", null, 39)]
    [InlineData("max-age=60", null, "x", null, 59)]
    [InlineData("max-age=60", -20, null, null, 39)]
    [InlineData("max-age=60", 20, null, null, 59)]
    [InlineData("max-age=60", 0, null, -100, 59)]
    [InlineData("max-age=99999999999", null, "2147483640", null, 7)]
    [InlineData("", 0, null, 60, 59)]
    [InlineData("", -10, null, 50, 49)]
    [InlineData("", 10, "5", 70, 54)]
    public async Task Get_Lifetime_EndsWhenTheAgeReachesIt(string control, int? date, string? age, int? expires, int lastSecond)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                var headers = context.Response.Headers;
                if (control.Length > 0) headers.CacheControl = control;
                if (age is not null) headers.Age = age;
                if (date is { } d) headers.Date = HttpDates.Format(Now.AddSeconds(d));
                if (expires is { } e) headers.Expires = HttpDates.Format(Now.AddSeconds(e));
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(lastSecond));
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Mon, 05 Jan 2026 12:00:00 UTC")]
    [InlineData("Thu, 18 Aug 50 02:01:18 GMT")]
    public async Task Get_ExpiresThatIsNoDate_IsPast(string expires)
    {
        var origin = Origin.With(("Expires", expires), ("Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_SeveralExpires_ArePast()
    {
        var future = HttpDates.Format(Now.AddSeconds(60));
        var origin = Origin.With(("Expires", future), ("Expires", future));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(-1_000, 0, 99)]
    [InlineData(-500, 500, 99)]
    [InlineData(-100_000_000, 0, 86_399)]
    public async Task Get_LifetimeThatIsGuessed_IsATenthOfTheTimeSinceTheChangeAndADayAtMost(int changed, int date, int lastSecond)
    {
        var origin = Origin.With(("Last-Modified", HttpDates.Format(Now.AddSeconds(changed))), ("Date", HttpDates.Format(Now.AddSeconds(date))));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(lastSecond));
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("cache; fwd=stale", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_DateOfTheSecondThatItCameIn_IsNoAge()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Date", HttpDates.Format(Now)));
        await using var app = await origin.BehindProxyAsync(time: new FakeTimeProvider(Now.AddMilliseconds(900)));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromMilliseconds(59_900));
        var hit = await app.GetAsync("/a");
        Assert.Equal(("59", "cache; hit; ttl=0; detail=L1"), (hit["Age"], hit.CacheStatus));
    }

    [Fact]
    public async Task Get_ResponseThatWasLongUnderWay_IsAsOldAsThat()
    {
        App? app = null;
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                app!.Time.Advance(TimeSpan.FromSeconds(20));
                return Task.CompletedTask;
            },
        };
        await using (app = await origin.BehindProxyAsync())
        {
            await app.GetAsync("/a");
            var hit = await app.GetAsync("/a");
            Assert.Equal(("20", "cache; hit; ttl=40; detail=L1"), (hit["Age"], hit.CacheStatus));
        }
    }

    [Fact]
    public async Task Get_Hit_SaysItsAgeAndKeepsItsDate()
    {
        var origin = Origin.With(("Cache-Control", "max-age=600"), ("Age", "30"), ("Date", HttpDates.Format(Now)));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(7));
        var hit = await app.GetAsync("/a");
        Assert.Equal(("37", HttpDates.Format(Now), "cache; hit; ttl=563; detail=L1"), (hit["Age"], hit["Date"], hit.CacheStatus));
        foreach (var (milliseconds, age, left) in new[] { (2_000, 39, 561), (500, 39, 560), (500, 40, 560) })
        {
            app.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            var later = await app.GetAsync("/a");
            Assert.Equal(($"{age}", $"cache; hit; ttl={left}; detail=L1"), (later["Age"], later.CacheStatus));
        }
    }

    [Fact]
    public async Task Get_VariantAtTheEndOfItsLifetime_IsStaleHoweverOftenItWasAskedFor()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        for (var i = 0; i < 4; i++) Assert.Equal("1", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }
}
