namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, sections 5.2.1 and 5.4: what a request says of how fresh it wants its response.</summary>
public class Section5_2_1_RequestTests
{
    [Theory]
    [InlineData("max-age=10", "1")]
    [InlineData("max-age=9", "2")]
    [InlineData("min-fresh=50", "1")]
    [InlineData("min-fresh=51", "2")]
    [InlineData("no-cache", "2")]
    [InlineData("unknown", "1")]
    public async Task Get_TenSecondsOldOfSixty_IsFreshEnoughOrNot(string control, string body)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(body, (await app.GetAsync("/a", ("Cache-Control", control))).Body);
    }

    [Theory]
    [InlineData("max-age=60", "max-stale=40", "1")]
    [InlineData("max-age=60", "max-stale", "1")]
    [InlineData("max-age=60", "max-stale=39", "2")]
    [InlineData("max-age=60, must-revalidate", "max-stale=40", "2")]
    [InlineData("max-age=60", "max-stale, no-cache", "2")]
    [InlineData("max-age=60, stale-while-revalidate=60", "unknown", "1")]
    [InlineData("max-age=60, stale-while-revalidate=60", "max-age=1000", "2")]
    [InlineData("max-age=60, stale-while-revalidate=60", "min-fresh=1", "2")]
    [InlineData("max-age=60, stale-while-revalidate=60", "no-cache", "2")]
    public async Task Get_FortySecondsLate_IsTakenByWhoAllowsIt(string said, string control, string body)
    {
        var origin = Origin.With(("Cache-Control", said), ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(body, (await app.GetAsync("/a", ("Cache-Control", control))).Body);
    }

    [Theory]
    [InlineData(null, "2")]
    [InlineData("unknown", "1")]
    public async Task Get_Pragma_CountsOnlyWithoutCacheControl(string? control, string body)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        (string, string)[] fields = control is null ? [("Pragma", "no-cache")] : [("Pragma", "no-cache"), ("Cache-Control", control)];
        Assert.Equal(body, (await app.GetAsync("/a", fields)).Body);
    }

    [Fact]
    public async Task Get_OnlyIfCached_IsNotForwarded()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        var nothing = await app.GetAsync("/a", ("Cache-Control", "only-if-cached"));
        Assert.Equal((504, "cache; detail=\"only-if-cached\"", 0), (nothing.Status, nothing.CacheStatus, origin.Runs));
        await app.GetAsync("/a");
        Assert.Equal("1", (await app.GetAsync("/a", ("Cache-Control", "only-if-cached"))).Body);
    }

    [Fact]
    public async Task Get_RequestNoStore_StoresNothing()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; detail=\"request no-store\"", (await app.GetAsync("/a", ("Cache-Control", "no-store"))).CacheStatus);

        // Nor is there a note that it could not be stored.
        foreach (var _ in new[] { 1, 2 }) Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }
}
