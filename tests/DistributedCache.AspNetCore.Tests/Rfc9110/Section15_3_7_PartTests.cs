using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 15.3.7, and RFC 9111, sections 3.3 and 3.4: a part that was asked for is kept as one, and answers who asks
/// for it or for less.</summary>
public class Section15_3_7_PartTests
{
    private static Origin Parts(string contentRange, string body, params (string Name, string Value)[] fields) => new()
    {
        Answer = context =>
        {
            foreach (var (name, value) in fields) context.Response.Headers[name] = value;
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentRange = contentRange;
            context.Response.StatusCode = 206;
            return context.Response.WriteAsync(body);
        },
    };

    [Theory]
    [InlineData("bytes=4-9", "456789", "bytes 4-9/12")]
    [InlineData("bytes=5-6", "56", "bytes 5-6/12")]
    [InlineData("bytes=9-9", "9", "bytes 9-9/12")]
    public async Task Get_InsideTheStoredPart_IsTakenFromIt(string range, string body, string contentRange)
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        Assert.Equal("bytes=4-9", origin.Asked["Range"]);
        var answer = await app.GetAsync("/a", ("Range", range));
        Assert.Equal((206, body, contentRange), (answer.Status, answer.Body, answer["Content-Range"]));
        Assert.StartsWith("cache; hit", answer.CacheStatus, StringComparison.Ordinal);
        Assert.Equal(1, origin.Runs);
    }

    [Theory]
    [InlineData("bytes=3-5")]
    [InlineData("bytes=9-10")]
    [InlineData("bytes=5-")]
    [InlineData("bytes=-2")]
    [InlineData("bytes=4-5, 7-8")]
    public async Task Get_NotAllOfItInTheStoredPart_GoesOn(string range)
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        var answer = await app.GetAsync("/a", ("Range", range));
        Assert.Equal((2, range), (origin.Runs, origin.Asked["Range"]));
        Assert.Contains("fwd=partial", answer.CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=-5", "56789")]
    [InlineData("bytes=6-", "6789")]
    [InlineData("bytes=-1", "9")]
    public async Task Get_UpToTheEndThatIsStored_IsTakenFromIt(string range, string body)
    {
        var origin = Parts("bytes 4-9/10", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-"));
        Assert.Equal(body, (await app.GetAsync("/a", ("Range", range))).Body);
        Assert.Equal(1, origin.Runs);
    }

    [Theory]
    [InlineData("bytes=6-8", "678")]
    [InlineData("bytes=6-", "678")]
    [InlineData("bytes=-1", "8")]
    public async Task Get_PartShorterThanItSays_IsWhatTheBodyHolds(string range, string body)
    {
        var origin = Parts("bytes 4-9/10", "45678");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-"));
        Assert.Equal(body, (await app.GetAsync("/a", ("Range", range))).Body);
        Assert.Equal(1, origin.Runs);
    }

    [Fact]
    public async Task Get_BehindTheEndOfAPartShorterThanItSays_GoesOn()
    {
        var origin = Parts("bytes 4-9/12", "45678");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        Assert.Equal("78", (await app.GetAsync("/a", ("Range", "bytes=7-8"))).Body);
        Assert.Equal(1, origin.Runs);
        await app.GetAsync("/a", ("Range", "bytes=7-9"));
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_UnknownWhole_AnswersOnlyWhatHasBothEnds()
    {
        var origin = Parts("bytes 4-9/*", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        Assert.Equal("bytes 5-6/*", (await app.GetAsync("/a", ("Range", "bytes=5-6")))["Content-Range"]);
        Assert.Equal(1, origin.Runs);
        await app.GetAsync("/a", ("Range", "bytes=-1"));
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_TheWhole_IsNotAnsweredWithAPart()
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        origin.Say(("Cache-Control", "max-age=60"));
        Assert.Equal((200, "2"), ((await app.GetAsync("/a")) is var whole ? whole.Status : 0, whole.Body));
        Assert.Equal((206, "2"), ((await app.GetAsync("/a", ("Range", "bytes=0-0"))) is var part ? part.Status : 0, part.Body));
        Assert.Equal(2, origin.Runs);
    }

    [Theory]
    [InlineData("\"v1\"", 1)]
    [InlineData("\"v2\"", 2)]
    [InlineData("W/\"v1\"", 2)]
    public async Task Get_IfRange_TakesThePartOfThatVersionAlone(string condition, int runs)
    {
        var origin = Parts("bytes 4-9/12", "456789", ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        await app.GetAsync("/a", ("Range", "bytes=4-9"), ("If-Range", condition));
        Assert.Equal(runs, origin.Runs);
    }

    [Fact]
    public async Task Get_StalePart_IsRenewedByA304()
    {
        var origin = Parts("bytes 4-9/12", "456789", ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        origin.Answer = context =>
        {
            context.Response.StatusCode = 304;
            context.Response.Headers.ContentRange = "bytes 5-6/12";
            return Task.CompletedTask;
        };
        var answer = await app.GetAsync("/a", ("Range", "bytes=5-6"));
        Assert.Equal((206, "56", "bytes 5-6/12"), (answer.Status, answer.Body, answer["Content-Range"]));
        Assert.Equal((206, "456789", "bytes 4-9/12"), ((await app.GetAsync("/a", ("Range", "bytes=4-9"))) is var all ? all.Status : 0, all.Body, all["Content-Range"]));
        Assert.Equal(2, origin.Runs);
        Assert.Equal(("\"v1\"", "bytes=5-6"), (origin.Asked["If-None-Match"], origin.Asked["Range"]));
    }

    [Fact]
    public async Task Get_StalePartThatIsNotAskedFor_IsNotValidated()
    {
        var origin = Parts("bytes 4-9/12", "456789", ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        await app.GetAsync("/a", ("Range", "bytes=0-3"));
        Assert.Equal(("", "bytes=0-3"), (origin.Asked.GetValueOrDefault("If-None-Match", ""), origin.Asked["Range"]));
    }

    [Theory]
    [InlineData("bytes=5-6", 206)]
    [InlineData("bytes=3-6", 502)]
    public async Task Get_OriginOutOfReach_IsAnsweredFromAStalePartThatHoldsAllOfIt(string range, int status)
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        origin.Answer = context =>
        {
            context.Response.StatusCode = 502;
            return Task.CompletedTask;
        };
        Assert.Equal(status, (await app.GetAsync("/a", ("Range", range))).Status);
    }

    [Fact]
    public async Task Get_OriginThatCantBeReached_IsNotAnsweredFromAStalePartThatHoldsLess()
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        origin.Answer = static _ => throw new HttpRequestException("no connection");
        Assert.Equal("56", (await app.GetAsync("/a", ("Range", "bytes=5-6"))).Body);
        await Assert.ThrowsAsync<HttpRequestException>(() => app.GetAsync("/a", ("Range", "bytes=3-6")));
    }

    [Fact]
    public async Task Get_PartThatNobodyAskedFor_IsNotStored()
    {
        var origin = Parts("bytes 4-9/12", "456789");
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; detail=\"status\"", (await app.GetAsync("/a")).CacheStatus);
        await app.GetAsync("/a");
        Assert.Equal(2, origin.Runs);
    }

    [Theory]
    [InlineData("bytes 9-4/12")]
    [InlineData("lines 4-9/12")]
    public async Task Get_PartThatCantBeRead_IsNotStored(string contentRange)
    {
        var origin = Parts(contentRange, "456789");
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; detail=\"Content-Range\"", (await app.GetAsync("/a", ("Range", "bytes=4-9"))).CacheStatus);
        await app.GetAsync("/a", ("Range", "bytes=4-9"));
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_OriginThatKnowsNoParts_AnswersTheWhole()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal((200, "1"), ((await app.GetAsync("/a", ("Range", "bytes=0-0"))) is var answer ? answer.Status : 0, answer.Body));
    }
}
