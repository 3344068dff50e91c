using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Varnish;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>As many tags as a purger gets at once, each as long as a tag may be, are one request that its edge takes.</summary>
public class PurgerLimitTests
{
    [Fact]
    public async Task Fastly_MostTags_AreABatchOfItsApi()
    {
        var (tags, request) = await PurgeAsync((edge, client) => FastlyPurger.Sites(new FastlyEdgeOptions { ServiceId = "id", ApiToken = "token", Endpoint = edge }, client));

        Assert.Equal(256, tags.Length);
        Assert.Equal(tags, Names(request, "surrogate_keys"));
    }

    [Fact]
    public async Task Cloudflare_MostTags_AreTheOperationsOfARequest()
    {
        var (tags, request) = await PurgeAsync((edge, client) => CloudflarePurger.Sites(new CloudflareEdgeOptions { ZoneId = "id", ApiToken = "token", Endpoint = edge }, client));

        Assert.Equal(100, tags.Length);
        Assert.Equal(tags, Names(request, "tags"));
    }

    [Fact]
    public async Task Akamai_MostTags_AreFreeEachMinuteAndFitABodyOf50KB()
    {
        var (tags, request) = await PurgeAsync((edge, client) => AkamaiPurger.Sites(
            new AkamaiEdgeOptions { Endpoint = edge, ClientToken = "c", ClientSecret = "s", AccessToken = "a" }, client));

        Assert.Equal(500, tags.Length);
        Assert.Equal(tags, Names(request, "objects"));
        Assert.InRange(Encoding.UTF8.GetByteCount(request.Body), 1, 50_000);
    }

    [Fact]
    public async Task CloudFront_MostTags_AreCountedAndFewerThanMayBeUnderWay()
    {
        var (tags, request) = await PurgeAsync((edge, client) => CloudFrontPurger.Sites(
            new CloudFrontEdgeOptions { DistributionId = "id", AccessKeyId = "a", SecretAccessKey = "s", Endpoint = edge }, client));

        var paths = XElement.Parse(request.Body).Elements().First();
        Assert.InRange(tags.Length, 1, 3_000);
        Assert.Equal([$"{tags.Length}", .. tags.Select(static tag => $"#{tag}")], paths.Descendants().Where(static element => !element.HasElements).Select(static element => element.Value));
    }

    [Fact]
    public async Task Varnish_MostTags_FitAHeaderOf8KB()
    {
        var (tags, request) = await PurgeAsync((edge, client) => VarnishPurger.Sites(new VarnishEdgeOptions { Servers = { edge }, Soft = true }, client));

        Assert.Equal(tags, request["xkey-softpurge"]!.Split(' '));
        Assert.InRange("xkey-softpurge: ".Length + request["xkey-softpurge"]!.Length, 4_096, 8_192);
    }

    private static async Task<(string[] Tags, StandInRequest Request)> PurgeAsync(Func<Uri, Func<string, EdgeClient>, IEnumerable<EdgeSite>> sites)
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context => context.Response.WriteAsync("""{"success":true}""");
        var site = sites(edge.Address, static name => new EdgeClient(name, static () => new HttpClient(), new EdgeOptions(), new FakeTimeProvider())).Single();
        string[] tags = [.. Enumerable.Range(0, site.BatchSize).Select(static i => $"{i:D4}".PadRight(32, 'x'))];

        await site.Purger.PurgeAsync(tags, TestContext.Current.CancellationToken);

        var request = await edge.NextAsync();
        Assert.Equal(0, edge.Waiting);
        return (tags, request);
    }

    private static string[] Names(StandInRequest request, string list) =>
        [.. JsonDocument.Parse(request.Body).RootElement.GetProperty(list).EnumerateArray().Select(static name => name.GetString()!)];
}
