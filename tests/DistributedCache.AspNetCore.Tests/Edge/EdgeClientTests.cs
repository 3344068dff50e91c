using System.Xml.Linq;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Purging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What is sent again, when, and what is not.</summary>
public class EdgeClientTests
{
    // So long that no test's clock gets there while an answer is on its way.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromHours(10);

    private readonly FakeTimeProvider _time = new();

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
    public async Task Send_EdgeAsksForALongPause_LeavesItToTheQueue()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 429, times: 1, retryAfter: "300");

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(Fastly(edge)));

        Assert.Equal(1, edge.Waiting);
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
    public async Task Send_NobodyThere_IsAnErrorOfTheNetwork()
    {
        var edge = await StandIn.StartAsync();
        var purger = Fastly(edge);
        await edge.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => PurgeAsync(purger));
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

    [Fact]
    public async Task CloudFront_TooManyUnderWay_IsSentAgainUnderTheSameReference()
    {
        await using var edge = await StandIn.StartAsync();
        Fail(edge, 400, times: 1, body: "<ErrorResponse><Error><Code>TooManyInvalidationsInProgress</Code></Error></ErrorResponse>");

        await PurgeAsync(new CloudFrontPurger(
            new CloudFrontEdgeOptions { DistributionId = "id", AccessKeyId = "a", SecretAccessKey = "s", Endpoint = edge.Address }, Client("cloudfront")));

        Assert.Equal(Reference(await edge.NextAsync()), Reference(await edge.NextAsync()));
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
