using System.Text;
using System.Text.Json;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Varnish;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>As many tags as a purger gets at once, each as long as a tag may be.</summary>
public class PurgerLimitTests
{
    private static readonly string[] Tags = [.. Enumerable.Range(0, PurgeQueue.MaximumBatch).Select(static i => $"{i:D4}".PadRight(32, 'x'))];

    [Fact]
    public async Task Fastly_ManyTags_Are256ARequest()
    {
        var requests = await PurgeAsync((edge, client) => new FastlyPurger(new FastlyEdgeOptions { ServiceId = "id", ApiToken = "token", Endpoint = edge }, client));

        Assert.Equal([256, 256, 256, 232], requests.Select(static request => Names(request, "surrogate_keys").Length));
        Assert.Equal(Tags, requests.SelectMany(static request => Names(request, "surrogate_keys")));
    }

    [Fact]
    public async Task Cloudflare_ManyTags_Are100ARequest()
    {
        var requests = await PurgeAsync((edge, client) => new CloudflarePurger(new CloudflareEdgeOptions { ZoneId = "id", ApiToken = "token", Endpoint = edge }, client));

        Assert.Equal(10, requests.Count);
        Assert.All(requests, static request => Assert.Equal(100, Names(request, "tags").Length));
        Assert.Equal(Tags, requests.SelectMany(static request => Names(request, "tags")));
    }

    [Fact]
    public async Task Akamai_ManyTags_FitABodyOf50KB()
    {
        var requests = await PurgeAsync((edge, client) => new AkamaiPurger(
            new AkamaiEdgeOptions { Endpoint = edge, ClientToken = "c", ClientSecret = "s", AccessToken = "a" }, client));

        Assert.All(requests, static request => Assert.InRange(Encoding.UTF8.GetByteCount(request.Body), 1, 50_000));
        Assert.Equal(Tags, requests.SelectMany(static request => Names(request, "objects")));
    }

    [Fact]
    public async Task CloudFront_ManyTags_AreFewerThanMayBeUnderWay()
    {
        var requests = await PurgeAsync((edge, client) => new CloudFrontPurger(
            new CloudFrontEdgeOptions { DistributionId = "id", AccessKeyId = "a", SecretAccessKey = "s", Endpoint = edge }, client));

        Assert.InRange(requests.Single().Body.Split("<Path>#").Length - 1, Tags.Length, 3_000);
    }

    [Fact]
    public async Task Varnish_ManyTags_FitAHeaderOf8KB()
    {
        var requests = await PurgeAsync((edge, client) => new VarnishPurger(edge, isSoft: true, client));

        Assert.All(requests, static request => Assert.InRange("xkey-softpurge: ".Length + request["xkey-softpurge"]!.Length, 1, 8_192));
        Assert.Equal(Tags, requests.SelectMany(static request => request["xkey-softpurge"]!.Split(' ')));
    }

    private static async Task<List<StandInRequest>> PurgeAsync(Func<Uri, EdgeClient, IEdgePurger> make)
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context => context.Response.WriteAsync("""{"success":true}""");
        var purger = make(edge.Address, new EdgeClient("edge", static () => new HttpClient(), new EdgeOptions(), new FakeTimeProvider()));

        await purger.PurgeAsync(Tags, TestContext.Current.CancellationToken);

        var requests = new List<StandInRequest>();
        while (edge.Waiting > 0) requests.Add(await edge.NextAsync());
        return requests;
    }

    private static string[] Names(StandInRequest request, string list) =>
        [.. JsonDocument.Parse(request.Body).RootElement.GetProperty(list).EnumerateArray().Select(static name => name.GetString()!)];
}
