using System.Text;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Varnish;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>The sites that registrations make.</summary>
public sealed class EdgeRegistrationsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero));
    private StandIn _edge = null!;

    public async ValueTask InitializeAsync() => _edge = await StandIn.StartAsync();

    [Fact]
    public void Sites_CloudFront_HeedsCacheControlAlone()
    {
        using var services = Services("", static b => b
            .AddFastlyEdge(static o => (o.ServiceId, o.ApiToken) = ("id", "token"))
            .AddCloudFrontEdge(static o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey) = ("id", "key", "secret"))
            .AddEdge<RecordedPurger>("own", "tags"));

        Assert.Equal([("fastly", true), ("cloudfront", false), ("own", true)], Sites(services, "").Select(static site => (site.Name, site.HeedsTargets)));
    }

    [Fact]
    public async Task Purge_ServerRefuses_SaysWhichServer()
    {
        _edge.Answer = static context => AnswerAsync(context, 403);
        using var services = Services("", b => b.AddVarnishEdge(o => o.Servers.Add(_edge.Address)));

        var refused = await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(services, ""));

        Assert.StartsWith($"The edge '{VarnishPurger.NameOf(_edge.Address)}' answered 403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_Succeeds_IsLoggedByNoClient()
    {
        var log = new RecordedLog();
        using var services = Services("", b => b.AddVarnishEdge(o => o.Servers.Add(_edge.Address)).Services
            .AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(new RecordedLogProvider(log))));

        await PurgeAsync(services, "");

        Assert.Equal(0, Enumerable.Range(100, 4).Sum(log.Count));
    }

    [Fact]
    public async Task Purge_EdgeOfANamedCache_IsTriedAsOftenAsThatCacheSays()
    {
        _edge.Answer = static context => AnswerAsync(context, 503);
        using var services = Services("orders", b => b.AddVarnishEdge(o => o.Servers.Add(_edge.Address)).ConfigureEdges(static o => o.Attempts = 1));

        await Assert.ThrowsAsync<EdgeRefusedException>(() => PurgeAsync(services, "orders"));

        Assert.Equal(1, _edge.Waiting);
    }

    [Fact]
    public async Task Purge_Akamai_IsSignedForItsBodyNowAndOnce()
    {
        using var services = Services("", b => b.AddAkamaiEdge(o => (o.Endpoint, o.ClientToken, o.ClientSecret, o.AccessToken) = (_edge.Address, "c", "s", "a")));
        var options = new AkamaiEdgeOptions { ClientToken = "c", ClientSecret = "s", AccessToken = "a" };
        var nonces = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            await PurgeAsync(services, "");

            var request = await _edge.NextAsync();
            var nonce = request["Authorization"]!.Split("nonce=")[1].Split(';')[0];
            Assert.True(nonces.Add(nonce));
            Assert.Equal(
                EdgeGridSigner.Sign(options, "POST", new Uri(_edge.Address, "/ccu/v3/delete/tag/production"), Encoding.UTF8.GetBytes(request.Body), _time.GetUtcNow(), nonce),
                request["Authorization"]);
        }
    }

    [Fact]
    public async Task Purge_CloudFront_IsSignedForItsBodyNowAndHasAReferenceOfItsOwn()
    {
        using var services = Services("", b => b.AddCloudFrontEdge(o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.Endpoint) = ("id", "a", "s", _edge.Address)));
        var bodies = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            await PurgeAsync(services, "");

            var request = await _edge.NextAsync();
            Assert.True(bodies.Add(request.Body));
            var body = Encoding.UTF8.GetBytes(request.Body);
            using var signed = new HttpRequestMessage(HttpMethod.Post, new Uri(_edge.Address, "/2020-05-31/distribution/id/invalidation"))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new("text/xml") } },
            };
            AwsSigner.Sign(signed, body, ("a", "s", null), "us-east-1", "cloudfront", _time.GetUtcNow());
            Assert.Equal(signed.Headers.GetValues("Authorization").Single(), request["Authorization"]);
        }
    }

    public async ValueTask DisposeAsync() => await _edge.DisposeAsync();

    private ServiceProvider Services(string cache, Action<ITieredCacheBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(cache.Length == 0 ? services.AddTieredCache(Set) : services.AddTieredCache(cache, Set));
        return services.BuildServiceProvider();

        void Set(TieredCacheOptions o) => (o.Application, o.TimeProvider) = ("edge", _time);
    }

    private static IReadOnlyList<EdgeSite> Sites(ServiceProvider services, string cache) => services.GetRequiredKeyedService<IReadOnlyList<EdgeSite>>(cache);

    private static async Task PurgeAsync(ServiceProvider services, string cache) =>
        await Sites(services, cache).Single().Purger.PurgeAsync(["tag"], TestContext.Current.CancellationToken);

    private static Task AnswerAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
