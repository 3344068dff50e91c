using System.Xml.Linq;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Varnish;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What is sent again, when, and what is not.</summary>
public class EdgeClientTests
{
    // So long that no test's clock gets there while an answer is on its way.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromHours(10);

    private readonly RecordedTime _time = new();

    private IEnumerable<TimeSpan> Pauses => _time.Waits.Where(static time => time < RequestTimeout);

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Send_ErrorThatMayBeOverSoon_IsSentAgain(int status)
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, status, times: 3);

        await PurgeAsync(Fastly(edge));

        Assert.Equal(4, edge.Waiting);
    }

    [Fact]
    public async Task Send_ErrorThatDoesNotEnd_IsGivenUpAfterTheAttempts()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 503, times: int.MaxValue);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge)));

        Assert.Equal(4, edge.Waiting);
    }

    [Fact]
    public async Task Send_OneAttempt_IsNotSentAgain()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 503, times: int.MaxValue);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge, attempts: 1)));

        Assert.Equal(1, edge.Waiting);
    }

    [Fact]
    public async Task Send_Forbidden_IsNotSentAgainAndSaysWhatTheEdgeSaid()
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("no such token");
        };

        var refused = await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge)));

        Assert.Equal("The edge 'fastly' answered 403: no such token", refused.Message);
        Assert.Equal(1, edge.Waiting);
    }

    [Fact]
    public async Task Send_EdgeAsksForAPause_WaitsThatLong()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: "7");
        var began = _time.GetUtcNow();

        await PurgeAsync(Fastly(edge));

        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(7), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Send_EdgeSaysWhenToComeAgain_WaitsUntilThen()
    {
        await using var edge = await StandIn.StartAsync();
        var began = _time.GetUtcNow();
        Fail(edge, 429, times: 1, retryAfter: began.AddSeconds(15).ToString("r"));

        await PurgeAsync(Fastly(edge));

        Assert.Equal(2, edge.Waiting);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromSeconds(15), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Send_EdgeSaysAMomentThatIsOver_PausesAsIfItHadSaidNone()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: _time.GetUtcNow().AddSeconds(-10).ToString("r"));

        await PurgeAsync(Fastly(edge));

        Assert.InRange(Assert.Single(Pauses), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("300")]
    [InlineData("date")]
    public async Task Send_EdgeAsksForALongPause_LeavesItToTheQueue(string retryAfter)
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: retryAfter == "date" ? _time.GetUtcNow().AddHours(10).ToString("r") : retryAfter);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge)));

        Assert.Equal(1, edge.Waiting);
    }

    [Fact]
    public async Task Send_WithinALongPauseTheEdgeAskedFor_IsSentAMinuteLater()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: "300");
        var purger = Fastly(edge);
        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(purger));

        var refused = await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(purger));
        Assert.Equal(("The edge 'fastly' answered 429: busy", 1), (refused.Message, edge.Waiting));
        _time.Advance(TimeSpan.FromMinutes(1));
        await PurgeAsync(purger);

        Assert.Equal(2, edge.Waiting);
    }

    [Fact]
    public async Task Send_WithinAShortPauseTheEdgeAskedFor_WaitsForItsEnd()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 4, retryAfter: "15");
        var purger = Fastly(edge);
        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(purger));
        var refused = _time.GetUtcNow();

        await PurgeAsync(purger);

        Assert.Equal(5, edge.Waiting);
        Assert.InRange(_time.GetUtcNow() - refused, TimeSpan.FromSeconds(14), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Send_NearTheEndOfALongPause_WaitsForTheRest()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: "300");
        var purger = Fastly(edge);
        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(purger));
        var refused = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(50));

        await PurgeAsync(purger);

        Assert.Equal(2, edge.Waiting);
        Assert.InRange(_time.GetUtcNow() - refused, TimeSpan.FromSeconds(59), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Send_RefusedForGoodWithAPause_IsSentAgainAtOnce()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 403, times: 1, retryAfter: "300");
        var purger = Fastly(edge);
        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(purger));

        await PurgeAsync(purger);

        Assert.Equal(2, edge.Waiting);
    }

    [Fact]
    public async Task Varnish_OneServerAskedForAPause_TheOthersArePurged()
    {
        await using var busy = await StandIn.StartAsync();
        await using var other = await StandIn.StartAsync();
        Fail(busy, 503, times: int.MaxValue, retryAfter: "300");
        var sites = VarnishPurger.Sites(new VarnishEdgeOptions { Servers = { busy.Address, other.Address } }, name => Client(name)).ToArray();

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(sites[0].Purger));
            await PurgeAsync(sites[1].Purger);
        }

        Assert.Equal((1, 3), (busy.Waiting, other.Waiting));
    }

    [Fact]
    public async Task Send_ErrorThatDoesNotEnd_PausesFromHalfASecondOnEachTimeLonger()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 503, times: int.MaxValue);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge, attempts: 10)));

        // With jitter: half a second at first, then twice as long each time, and no longer than 20 s.
        var pauses = Pauses.ToArray();
        Assert.Equal(9, pauses.Length);
        Assert.InRange(pauses[0], TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.All(pauses, static pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(20)));
        Assert.InRange(pauses.Sum(static pause => pause.TotalSeconds), 20, 180);
    }

    [Fact]
    public async Task Send_LongAnswerToARefusedRequest_IsShownInPart()
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync(new string('x', 10_000));
        };

        var refused = await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge)));

        Assert.Equal($"The edge 'fastly' answered 403: {new string('x', 200)}", refused.Message);
    }

    [Fact]
    public async Task Send_EdgeDoesNotAnswer_IsSentAgain()
    {
        await using var edge = await StandIn.StartAsync();
        var isFirst = true;
        edge.Answer = context =>
        {
            var hangs = isFirst;
            isFirst = false;
            return hangs ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        };

        var purge = Fastly(edge).PurgeAsync(["a"], TestContext.Current.CancellationToken).AsTask();
        await edge.NextAsync();
        _time.Advance(RequestTimeout);
        await Advance.UntilAsync(_time, () => purge.IsCompleted);

        await purge;
        Assert.Equal(1, edge.Waiting);
    }

    [Fact]
    public async Task Send_NobodyThere_IsTriedAgainAndThenAnErrorOfTheNetwork()
    {
        var edge = await StandIn.StartAsync();
        var tries = 0;
        var client = new EdgeClient(
            "fastly",
            () =>
            {
                tries++;
                return new HttpClient();
            },
            new EdgeOptions { RequestTimeout = RequestTimeout }, _time);
        var purger = new FastlyPurger(new FastlyEdgeOptions { ServiceId = "id", ApiToken = "token", Endpoint = edge.Address }, client);
        await edge.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => PurgeAsync(purger));
        Assert.Equal(4, tries);
    }

    [Theory]
    [InlineData("""{"success":false,"errors":[{"code":1107,"message":"Only enterprise zones can purge by tag"}]}""")]
    [InlineData("<html>")]
    public async Task Cloudflare_AnswerThatIsNoSuccess_IsRefused(string answer)
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = context => context.Response.WriteAsync(answer);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(
            new CloudflarePurger(new CloudflareEdgeOptions { ZoneId = "id", ApiToken = "token", Endpoint = edge.Address }, Client("cloudflare"))));
    }

    [Theory]
    [InlineData("""{"success":true}""", 500)]
    [InlineData("""{"success":true}""", 403)]
    public async Task Cloudflare_ErrorThatSaysSuccess_IsRefused(string answer, int status)
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, status, times: int.MaxValue, body: answer);

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(
            new CloudflarePurger(new CloudflareEdgeOptions { ZoneId = "id", ApiToken = "token", Endpoint = edge.Address }, Client("cloudflare"))));
    }

    [Theory]
    [InlineData("TooManyInvalidationsInProgress")]
    [InlineData("Throttling")]
    public async Task CloudFront_TooManyUnderWay_IsSentAgainUnderTheSameReference(string code)
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 400, times: 1, body: $"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");

        await PurgeAsync(new CloudFrontPurger(
            new CloudFrontEdgeOptions { DistributionId = "id", AccessKeyId = "a", SecretAccessKey = "s", Endpoint = edge.Address }, Client("cloudfront")));

        Assert.Equal(Reference(await edge.NextAsync()), Reference(await edge.NextAsync()));
    }

    [Fact]
    public async Task CloudFront_AnotherPurge_HasAnotherReference()
    {
        await using var edge = await StandIn.StartAsync();
        var purger = new CloudFrontPurger(
            new CloudFrontEdgeOptions { DistributionId = "id", AccessKeyId = "a", SecretAccessKey = "s", Endpoint = edge.Address }, Client("cloudfront"));

        await PurgeAsync(purger);
        await PurgeAsync(purger);

        Assert.NotEqual(Reference(await edge.NextAsync()), Reference(await edge.NextAsync()));
    }

    private static string Reference(StandInRequest request) =>
        XElement.Parse(request.Body).Element(XName.Get("CallerReference", "http://cloudfront.amazonaws.com/doc/2020-05-31/"))!.Value;

    private static void Fail(StandIn edge, int status, int times, string? retryAfter = null, string body = "busy") => edge.Answer = context =>
    {
        if (times-- <= 0) return Task.CompletedTask;
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(body);
    };

    private FastlyPurger Fastly(StandIn edge, int attempts = 4) =>
        new(new FastlyEdgeOptions { ServiceId = "id", ApiToken = "token", Endpoint = edge.Address }, Client("fastly", attempts));

    private EdgeClient Client(string name, int attempts = 4) =>
        new(name, static () => new HttpClient(), new EdgeOptions { Attempts = attempts, RequestTimeout = RequestTimeout }, _time);

    private async Task PurgeAsync(IEdgePurger purger)
    {
        var purge = purger.PurgeAsync(["a"], TestContext.Current.CancellationToken).AsTask();
        await Advance.UntilAsync(_time, () => purge.IsCompleted);
        await purge;
    }
}
