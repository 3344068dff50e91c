using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.3: a stored response is validated by its own validators, and a 304 renews its fields.</summary>
public class Section4_3_ValidationTests
{
    private static Origin Tagged(string control, params (string Name, string Value)[] fields) => new()
    {
        Answer = context =>
        {
            context.Response.Headers.CacheControl = control;
            context.Response.Headers.ETag = "\"v1\"";
            foreach (var (name, value) in fields) context.Response.Headers[name] = value;
            return Task.CompletedTask;
        },
    };

    private static void NotModified(Origin origin, params (string Name, string Value)[] fields) => origin.Answer = context =>
    {
        context.Response.StatusCode = 304;
        foreach (var (name, value) in fields) context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    [Fact]
    public async Task Get_RenewedByA304_HasTheNewFieldsAndKeepsWhatDescribesItsBody()
    {
        var origin = Tagged("max-age=60", ("X-Any", "old"), ("X-Other", "kept"), ("Content-Type", "text/plain"), ("Content-Encoding", "packed"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        NotModified(origin, ("Cache-Control", "max-age=120"), ("X-Any", "new"), ("Content-Type", "text/html"), ("Content-Encoding", "unpacked"),
            ("Content-Length", "77"), ("Keep-Alive", "timeout=5"), ("Connection", "x-hop"), ("X-Hop", "1"), ("Set-Cookie", "a=b"));
        foreach (var status in new[] { "cache; fwd=stale; stored", "cache; hit; ttl=120; detail=L1" })
        {
            var answer = await app.GetAsync("/a");
            Assert.Equal((200, "1", status), (answer.Status, answer.Body, answer.CacheStatus));
            Assert.Equal(("new", "kept", "text/plain", "packed"), (answer["X-Any"], answer["X-Other"], answer["Content-Type"], answer["Content-Encoding"]));
            Assert.Equal(("", "", ""), (answer["X-Hop"], answer["Keep-Alive"], answer["Set-Cookie"]));
        }

        Assert.Equal("\"v1\"", origin.Asked["If-None-Match"]);
    }

    [Theory]
    [InlineData("ETag", "\"v1\"", "If-None-Match")]
    [InlineData("Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT", "If-Modified-Since")]
    public async Task Get_LongStale_IsStillValidated(string validator, string value, string condition)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60, must-revalidate"), (validator, value));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromMinutes(30));
        NotModified(origin, ("Cache-Control", "max-age=60"));
        Assert.Equal((200, "1"), ((await app.GetAsync("/a")) is var answer ? answer.Status : 0, answer.Body));
        Assert.Equal(value, origin.Asked[condition]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-10)]
    public async Task Get_RenewedByA304_IsAsOldAsThat(int date)
    {
        var origin = Tagged("max-age=60", ("Age", "5"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(60));
        var said = HttpDates.Format(app.Time.GetUtcNow().AddSeconds(date));
        NotModified(origin, date == 0 ? [] : [("Date", said)]);
        foreach (var hit in new[] { await app.GetAsync("/a"), await app.GetAsync("/a") }) Assert.Equal((said, $"{-date}"), (hit["Date"], hit["Age"]));
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_LastModifiedAlone_GetsNoTagOfTheCaches()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("", (await app.GetAsync("/a"))["ETag"]);
    }

    [Fact]
    public async Task Get_ConditionOnAStoredError_IsTheError()
    {
        var origin = Tagged("max-age=60");
        var answers = origin.Answer;
        origin.Answer = context =>
        {
            context.Response.StatusCode = 404;
            return answers(context);
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var answer = await app.GetAsync("/a", ("If-None-Match", "\"v1\""));
        Assert.Equal((404, "cache; hit; ttl=60; detail=L1"), (answer.Status, answer.CacheStatus));
    }

    [Fact]
    public async Task Get_NoCache_IsStoredAndValidatedEachTime()
    {
        var origin = Tagged("max-age=60, no-cache");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        NotModified(origin, ("Cache-Control", "max-age=60, no-cache"));
        foreach (var runs in new[] { 2, 3 })
        {
            Assert.Equal((200, "1"), ((await app.GetAsync("/a")) is var answer ? answer.Status : 0, answer.Body));
            Assert.Equal(runs, origin.Runs);
        }
    }

    [Fact]
    public async Task Get_RenewedByA304ThatForbidsStoring_IsServedOnceMore()
    {
        var origin = Tagged("max-age=60");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        NotModified(origin, ("Cache-Control", "no-store"));
        var answer = await app.GetAsync("/a");
        Assert.Equal((200, "1", "cache; fwd=stale"), (answer.Status, answer.Body, answer.CacheStatus));
        await app.GetAsync("/a");
        Assert.Equal(3, origin.Runs);
    }

    [Fact]
    public async Task Get_ErrorOnceItIsTooOldToStandIn_LeavesItToBeValidated()
    {
        var origin = Tagged("max-age=60, must-revalidate");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        origin.Answer = static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.Equal(503, (await app.GetAsync("/a")).Status);
        NotModified(origin);
        Assert.Equal((200, "1", "\"v1\""), ((await app.GetAsync("/a")) is var answer ? answer.Status : 0, answer.Body, origin.Asked["If-None-Match"]));
    }

    [Fact]
    public async Task Get_ConditionOfTheClientOnARenewedResponse_Is304()
    {
        var origin = Tagged("max-age=60");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        NotModified(origin, ("Cache-Control", "max-age=60"));
        Assert.Equal(304, (await app.GetAsync("/a", ("If-None-Match", "\"v1\""))).Status);
        Assert.Equal(200, (await app.GetAsync("/a", ("If-None-Match", "\"v0\""))).Status);
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_RequestWithNoCache_ValidatesForAllWhoCome()
    {
        var origin = Tagged("max-age=60", ("X-Any", "old"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        NotModified(origin, ("X-Any", "new"));
        var answer = await app.GetAsync("/a", ("Cache-Control", "no-cache"));
        Assert.Equal(("1", "new", "cache; fwd=request; stored"), (answer.Body, answer["X-Any"], answer.CacheStatus));
        Assert.Equal("new", (await app.GetAsync("/a"))["X-Any"]);
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_RequestWithNoCacheThatFails_LeavesWhatIsStored()
    {
        var origin = Tagged("max-age=60");
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        origin.Answer = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        Assert.Equal((200, "1"), ((await app.GetAsync("/a", ("Cache-Control", "no-cache"))) is var answer ? answer.Status : 0, answer.Body));
        Assert.Equal("cache; hit; ttl=60; detail=L1", (await app.GetAsync("/a")).CacheStatus);
    }

    [Fact]
    public async Task Get_ConditionOnAnEmptyCache_IsHeldAgainstTheFirstAnswerWhichIsStoredWhole()
    {
        var origin = Tagged("max-age=60", ("Content-Type", "text/plain"));
        var says = origin.Answer;
        origin.Answer = async context =>
        {
            await says(context);
            context.Response.ContentLength = 1;
            await context.Response.WriteAsync("1");
        };
        await using var app = await origin.BehindProxyAsync();
        var answer = await app.GetAsync("/a", ("If-None-Match", "\"v1\""));
        Assert.Equal((304, "", "\"v1\"", "cache; fwd=uri-miss; stored"), (answer.Status, answer.Body, answer["ETag"], answer.CacheStatus));
        Assert.Equal(("", ""), (answer["Content-Type"], answer["Content-Length"]));
        Assert.False(origin.Asked.ContainsKey("If-None-Match"));
        Assert.Equal((200, "1", "text/plain"), ((await app.GetAsync("/a")) is var whole ? whole.Status : 0, whole.Body, whole["Content-Type"]));
        Assert.Equal(1, origin.Runs);
    }

    [Fact]
    public async Task Get_ConditionThatTheFirstAnswerDoesNotMeet_IsAnsweredWhole()
    {
        var origin = Tagged("max-age=60");
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal((200, "1"), ((await app.GetAsync("/a", ("If-None-Match", "\"v0\""))) is var answer ? answer.Status : 0, answer.Body));
    }

    [Fact]
    public async Task Get_ConditionOnAnAnswerThatIsNotStored_Is304AllTheSame()
    {
        var origin = Tagged("no-store");
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal((304, ""), ((await app.GetAsync("/a", ("If-None-Match", "\"v1\""))) is var answer ? answer.Status : 0, answer.Body));
    }

    [Fact]
    public async Task Get_ConditionOnAnError_IsTheError()
    {
        var origin = Tagged("max-age=60");
        var answers = origin.Answer;
        origin.Answer = context =>
        {
            context.Response.StatusCode = 500;
            return answers(context);
        };
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal(500, (await app.GetAsync("/a", ("If-None-Match", "\"v1\""))).Status);
    }

    [Fact]
    public async Task Get_ConditionByATagOfTheCachesOwnOnceItIsEmpty_Is304()
    {
        var origin = new Origin
        {
            Answer = static context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.ContentLength = 4;
                return context.Response.WriteAsync("body");
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var tag = (await app.GetAsync("/a"))["ETag"];
        await app.Cache.ClearAsync(cancellationToken: TestContext.Current.CancellationToken);
        var answer = await app.GetAsync("/a", ("If-None-Match", tag));
        Assert.Equal((304, "", tag, "cache; fwd=uri-miss; stored"), (answer.Status, answer.Body, answer["ETag"], answer.CacheStatus));
        await app.Cache.ClearAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((200, "body"), ((await app.GetAsync("/a", ("If-None-Match", "\"sha256-other\""))) is var changed ? changed.Status : 0, changed.Body));
        Assert.Equal(3, origin.Runs);
    }

    [Fact]
    public async Task Get_ConditionByATagOfTheApplicationsOnAnEmptyCache_StreamsTheAnswer()
    {
        var rest = new TaskCompletionSource();
        var origin = new Origin
        {
            Answer = async context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await rest.Task;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { IfNoneMatch = { new("\"v1\"") } } };
        using var answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        rest.SetResult();
    }

    [Theory]
    [InlineData(0, 304)]
    [InlineData(-1, 200)]
    public async Task Get_IfModifiedSinceOfAResponseWithoutLastModified_ComparesWithItsDate(int seconds, int status)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        var date = app.Time.GetUtcNow();
        await app.GetAsync("/a");
        Assert.Equal(status, (await app.GetAsync("/a", ("If-Modified-Since", date.AddSeconds(seconds).ToString("r")))).Status);
    }
}
