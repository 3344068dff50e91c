using DistributedCache.AspNetCore.Headers;

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
    public async Task Get_Hit_SaysItsAgeAndKeepsItsDate()
    {
        var origin = Origin.With(("Cache-Control", "max-age=600"), ("Age", "30"), ("Date", HttpDates.Format(Now)));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(7));
        var hit = await app.GetAsync("/a");
        Assert.Equal(("37", HttpDates.Format(Now), "cache; hit; ttl=563; detail=L1"), (hit["Age"], hit["Date"], hit.CacheStatus));
    }
}
