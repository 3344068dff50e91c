using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.3.5: what a HEAD is answered renews the stored response to a GET, or makes it stale.</summary>
public class Section4_3_5_HeadTests
{
    private const string Date = "Mon, 05 Jan 2015 00:00:00 GMT";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Origin _origin = Origin.With(
        ("Cache-Control", "max-age=60"), ("ETag", "\"v1\""), ("Last-Modified", Date), ("X-Any", "old"), ("X-Other", "kept"), ("Content-Type", "text/plain"));

    [Theory]
    [InlineData("ETag", "\"v1\"")]
    [InlineData("Last-Modified", Date)]
    public async Task Head_OfTheStoredRepresentation_RenewsItsFieldsAndItsLifetime(string validator, string value)
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        _origin.Say((validator, value), ("Cache-Control", "max-age=120"), ("X-Any", "new"), ("Content-Type", "text/html"), ("Content-Length", "1"));

        var head = await app.SendAsync(HttpMethod.Head, "/a");
        Assert.Equal((200, "", "1", "new", "cache; fwd=stale; stored"), (head.Status, head.Body, head["Content-Length"], head["X-Any"], head.CacheStatus));
        var answer = await app.GetAsync("/a");
        Assert.Equal(("1", "cache; hit; ttl=120; detail=L1"), (answer.Body, answer.CacheStatus));
        Assert.Equal(("new", "kept", "text/plain"), (answer["X-Any"], answer["X-Other"], answer["Content-Type"]));
    }

    [Fact]
    public async Task Head_AnsweredBy304_RenewsTheStored()
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        NotModified();

        Assert.Equal((200, "cache; fwd=stale; stored"), (await app.SendAsync(HttpMethod.Head, "/a")) is var head ? (head.Status, head.CacheStatus) : default);
        Assert.Equal(("\"v1\"", "cache; hit; ttl=60; detail=L1"), (_origin.Asked["If-None-Match"], (await app.GetAsync("/a")).CacheStatus));
    }

    [Fact]
    public async Task Head_OfTheStoredRepresentation_RenewsItForEveryNode()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        await using var one = await _origin.BehindProxyAsync(remote: remote, time: time);
        await using var other = await _origin.BehindProxyAsync(remote: remote, time: time);
        await one.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(61));

        await one.SendAsync(HttpMethod.Head, "/a");

        Assert.Equal("1", (await other.GetAsync("/a")).Body);
        Assert.Equal(2, _origin.Runs);
    }

    [Theory]
    [InlineData("ETag", "\"v2\"", 200, true)]
    [InlineData("Last-Modified", "Mon, 05 Jan 2015 00:00:01 GMT", 200, true)]
    [InlineData("Content-Length", "2", 200, true)]
    [InlineData("ETag", "\"v1\"", 200, false)]
    [InlineData("Last-Modified", Date, 200, false)]
    [InlineData("Content-Length", "1", 200, false)]
    [InlineData("X-Any", "other", 200, false)]
    [InlineData("ETag", "\"v2\"", 404, false)]
    public async Task Head_OfAnotherRepresentationThanTheStored_MakesThatStale(string field, string value, int status, bool isStale)
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Answer(status, (field, value));
        Assert.Equal(status, (await app.SendAsync(HttpMethod.Head, "/a", ("Cache-Control", "no-cache"))).Status);
        NotModified();
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
        Assert.Equal((isStale ? 3 : 2, "\"v1\""), (_origin.Runs, _origin.Asked["If-None-Match"]));
    }

    [Theory]
    [InlineData("X-Any", "other", 200)] // tells nothing of the body
    [InlineData("Content-Length", "1", 200)] // nor does that
    [InlineData("ETag", "\"v2\"", 200)]
    [InlineData("ETag", "\"v1\"", 203)]
    [InlineData("ETag", "\"v1\"", 500)]
    public async Task Head_ThatDoesNotShowTheStoredRepresentation_RenewsNothing(string field, string value, int status)
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        Answer(status, ("Cache-Control", "max-age=120"), (field, value));

        var head = await app.SendAsync(HttpMethod.Head, "/a");
        Assert.Equal((status, "cache; fwd=stale"), (head.Status, head.CacheStatus));
        NotModified();
        Assert.Equal((200, "1", "old"), (await app.GetAsync("/a")) is var answer ? (answer.Status, answer.Body, answer["X-Any"]) : default);
        Assert.Equal(3, _origin.Runs);
    }

    [Fact]
    public async Task Head_WithNoStore_RenewsNothing()
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.DoesNotContain("stored", (await app.SendAsync(HttpMethod.Head, "/a", ("Cache-Control", "no-store"))).CacheStatus, StringComparison.Ordinal);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Head_WithoutAStoredResponse_StoresNothing()
    {
        await using var app = await _origin.BehindProxyAsync();

        foreach (var _ in new[] { 1, 2 }) Assert.Equal("cache; fwd=uri-miss", (await app.SendAsync(HttpMethod.Head, "/a")).CacheStatus);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Head_StoredResponseIsInvalidatedMeanwhile_BringsNothingBack(bool elsewhere)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        await using var one = await _origin.BehindProxyAsync(remote: remote, time: time);
        await using var other = await _origin.BehindProxyAsync(remote: remote, time: time);
        await one.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(61));
        var (asked, answer) = Hold();
        var head = one.SendAsync(HttpMethod.Head, "/a");
        await asked.WaitAsync(Long, TestContext.Current.CancellationToken);

        await (elsewhere ? other : one).SendAsync(HttpMethod.Put, "/a");
        answer.SetResult();

        Assert.Equal(200, (await head).Status);
        foreach (var app in (App[])[one, other]) Assert.Equal("4", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_WhileAHeadThatRenewsNothingIsUnderWay_IsLoadedOnceForAll()
    {
        await using var app = await _origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        var (asked, answer) = Hold(("ETag", "\"v2\""), ("Cache-Control", "max-age=60"));
        var head = app.SendAsync(HttpMethod.Head, "/a");
        await asked.WaitAsync(Long, TestContext.Current.CancellationToken);

        Task<Answer>[] gets = [app.GetAsync("/a"), app.GetAsync("/a"), app.GetAsync("/a")];
        await Poll.UntilAsync(() => Task.FromResult(app.Joined == gets.Length), static () => "They do not wait for it.");
        answer.SetResult();

        await head;
        foreach (var get in gets) Assert.Equal("3", (await get).Body);
        Assert.Equal(3, _origin.Runs);
    }

    [Fact]
    public async Task Get_WhileAHeadThatHasNothingToRenewIsUnderWay_DoesNotWaitForIt()
    {
        await using var app = await _origin.BehindProxyAsync();
        var (asked, answer) = Hold();
        var head = app.SendAsync(HttpMethod.Head, "/a");
        await asked.WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal("2", (await app.GetAsync("/a").WaitAsync(Long, TestContext.Current.CancellationToken)).Body);

        answer.SetResult();
        await head;
    }

    private void Answer(int status, params (string Name, string Value)[] fields) => _origin.Answer = context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in fields) context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    private void NotModified() => Answer(304, ("Cache-Control", "max-age=60"));

    /// <summary>Holds the answers to HEADs back: ends when one was asked for, and answers when that is set.</summary>
    private (Task Asked, TaskCompletionSource Answer) Hold(params (string Name, string Value)[] fields)
    {
        var (asked, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        var says = _origin.Answer;
        _origin.Answer = async context =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                asked.SetResult();
                await held.Task;
            }

            await says(context);
            foreach (var (name, value) in fields) context.Response.Headers[name] = value;
        };
        return (asked.Task, held);
    }
}
