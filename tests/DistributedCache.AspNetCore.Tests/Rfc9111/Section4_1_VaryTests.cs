using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.1: responses chosen by request fields answer only requests that say the same in these.</summary>
public class Section4_1_VaryTests
{
    [Fact]
    public async Task Get_FirstResponseThatVaries_IsStoredAtOnce()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; stored", (await app.GetAsync("/a", ("X-Any", "1"))).CacheStatus);
        Assert.Equal("cache; hit; ttl=60; detail=L1", (await app.GetAsync("/a", ("X-Any", "1"))).CacheStatus);
    }

    [Fact]
    public async Task Get_OtherValues_AreOtherVariantsThatAllStay()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"), ("Vary", "x-other"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Any", "1"))).Body);
        Assert.Equal("cache; fwd=vary-miss; stored", (await app.GetAsync("/a", ("X-Any", "2"))).CacheStatus);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
        Assert.Equal("4", (await app.GetAsync("/a", ("X-Any", "1"), ("X-Other", "1"))).Body);
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Any", "1"), ("X-Unnamed", "1"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"))).Body);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
        Assert.Equal("4", (await app.GetAsync("/a", ("X-Other", "1"), ("X-Any", "1"))).Body);
    }

    [Fact]
    public async Task Get_OneVariantStale_LeavesTheOthers()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-Any", "1"));
        app.Time.Advance(TimeSpan.FromSeconds(40));
        await app.GetAsync("/a", ("X-Any", "2"));
        app.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"))).Body);
        Assert.Equal("3", (await app.GetAsync("/a", ("X-Any", "1"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"))).Body);
    }

    [Fact]
    public async Task Get_StaleVariant_IsValidatedByItsOwnTag()
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.Headers.Vary = "X-Any";
                context.Response.Headers.ETag = $"\"{context.Request.Headers["X-Any"]}\"";
                if (context.Request.Headers.IfNoneMatch == context.Response.Headers.ETag) context.Response.StatusCode = 304;
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-Any", "1"));
        await app.GetAsync("/a", ("X-Any", "2"));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Any", "1"))).Body);
        Assert.Equal("\"1\"", origin.Asked["If-None-Match"]);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"))).Body);
        Assert.Equal("\"2\"", origin.Asked["If-None-Match"]);
        await app.GetAsync("/a", ("X-Any", "3"));
        Assert.False(origin.Asked.ContainsKey("If-None-Match"));
    }

    [Fact]
    public async Task Get_OriginThatVariesByMoreSince_IsHeeded()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-Any", "1"));
        origin.Say(("Cache-Control", "max-age=60"), ("Vary", "X-Any, X-Other"));
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"), ("X-Other", "1"))).Body);
        Assert.Equal("3", (await app.GetAsync("/a", ("X-Any", "2"), ("X-Other", "2"))).Body);
    }

    [Fact]
    public async Task Get_ResponsesChosenByMoreThanTheRuleSays_AnswerOnlyWhoSaysTheSame()
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                var asked = context.Request.Headers;
                var headers = context.Response.Headers;
                (headers.CacheControl, headers.ETag, headers.Vary) = ("max-age=60", $"\"{asked["X-Other"]}\"", asked["X-Any"] == "2" ? "X-Any, X-Other" : "X-Any");
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-Any", "1"));
        await app.GetAsync("/a", ("X-Any", "2"), ("X-Other", "1"));

        // What was found out since is forgotten again: this one is found by the first field alone.
        Assert.Equal("3", (await app.GetAsync("/a", ("X-Any", "1"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Any", "2"), ("X-Other", "1"))).Body);
        var other = await app.GetAsync("/a", ("X-Any", "2"), ("X-Other", "2"));
        Assert.Equal(("4", "cache; fwd=vary-miss; stored"), (other.Body, other.CacheStatus));
        Assert.False(origin.Asked.ContainsKey("If-None-Match"));
        await app.GetAsync("/a", ("X-Any", "1"));
        await app.SendAsync(HttpMethod.Head, "/a", ("X-Any", "2"), ("X-Other", "3"));
        Assert.False(origin.Asked.ContainsKey("If-None-Match"));
    }

    [Fact]
    public async Task Get_CodingThatTheOriginChoseForThisRequest_IsServedToOthersLikeIt()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "Accept-Encoding"), ("Content-Encoding", "gzip"));
        await using var app = await origin.BehindProxyAsync();
        foreach (var _ in new[] { 1, 2 }) Assert.Equal("1", (await app.GetAsync("/a", ("Accept-Encoding", "br"))).Body);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("X-Any, *")]
    [InlineData(", *")]
    public async Task Get_VaryByAnything_IsNotStored(string vary)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", vary));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData("fr;q=0.5, de;q=1.0", "1")]
    [InlineData("de", "1")]
    [InlineData("de, fr", "2")]
    [InlineData("fr, de;q=0.5", "2")]
    [InlineData("de-CH", "2")]
    public async Task Get_LanguageThatIsPreferredToAllOthers_IsTheStoredOne(string accepted, string body)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "Accept-Language"), ("Content-Language", "de"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Accept-Language", "en, de"));
        Assert.Equal(body, (await app.GetAsync("/a", ("Accept-Language", accepted))).Body);
    }

    [Fact]
    public async Task Get_LanguageOfAnEndpointWithADurationOfItsOwn_IsWhatTheFrameworkMakesOfIt()
    {
        var origin = Origin.With(("Vary", "Accept-Language"), ("Content-Language", "de"));
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse(null, o => o.Duration = 60));
        await app.GetAsync("/a", ("Accept-Language", "en, de"));
        Assert.Equal("2", (await app.GetAsync("/a", ("Accept-Language", "fr;q=0.5, de;q=1.0"))).Body);
    }

    [Fact]
    public async Task Get_OnAnotherNode_FindsEachVariantInTheSharedTier()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"), ("X-Text", "ä"));
        await using var one = await origin.BehindProxyAsync(remote: remote, time: time);
        await using var other = await origin.BehindProxyAsync(remote: remote, time: time);
        await one.GetAsync("/a", ("X-Any", "1"));
        await one.GetAsync("/a", ("X-Any", "2"));
        foreach (var (value, tier) in new[] { ("2", "L2"), ("2", "L1"), ("1", "L1") })
        {
            var answer = await other.GetAsync("/a", ("X-Any", value));
            Assert.Equal(($"cache; hit; ttl=60; detail={tier}", value, "ä"), (answer.CacheStatus, answer.Body, answer["X-Text"]));
        }
    }

    [Fact]
    public async Task Get_ResponsesThatCameToBeChosenByOtherFields_AreFoundByThose()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Old"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-Old", "1"));
        origin.Say(("Cache-Control", "max-age=60"), ("Vary", "X-New"));
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Old", "2"), ("X-New", "1"))).Body);
        Assert.Equal("3", (await app.GetAsync("/a", ("X-Old", "2"), ("X-New", "2"))).Body);
        foreach (var old in new[] { "2", "3" })
        {
            var answer = await app.GetAsync("/a", ("X-Old", old), ("X-New", "2"));
            Assert.Equal("3", answer.Body);
            Assert.StartsWith("cache; hit", answer.CacheStatus, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Get_ResponseOfAVariantThatVariesByLess_LeavesTheOthers()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-One, X-Two"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("X-One", "1"));
        origin.Say(("Cache-Control", "max-age=60"), ("Vary", "X-One"));
        await app.GetAsync("/a", ("X-One", "2"));
        Assert.Equal("1", (await app.GetAsync("/a", ("X-One", "1"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-One", "2"))).Body);
    }
}
