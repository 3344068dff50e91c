using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Varnish;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>A real Varnish between a client and an origin that counts what it is asked for.</summary>
public sealed class VarnishTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, int> _fetches = new();
    private readonly HttpClient _client = new();
    private StandIn _origin = null!;
    private VarnishServer _varnish = null!;
    private EdgeHeaders _headers = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(VarnishServer.IsInstalled, VarnishServer.Missing);
        _headers = new EdgeHeaders([new EdgeSite(VarnishPurger.Name, VarnishPurger.Format, HeedsTargets: true, EdgeSite.LargestBatch, new RecordedPurger())]);
        _origin = await StandIn.StartAsync();
        _origin.Answer = AnswerAsync;
        _varnish = await VarnishServer.StartAsync(_origin.Address);
    }

    [Fact]
    public async Task Purge_Hard_IsFetchedAnewAtOnce()
    {
        Assert.Equal("1", await GetAsync("/product"));
        Assert.Equal("1", await GetAsync("/product"));

        await Purger(soft: false).PurgeAsync(["product-42"], TestContext.Current.CancellationToken);

        Assert.Equal("2", await GetAsync("/product"));
    }

    [Fact]
    public async Task Purge_Soft_IsServedStaleWhileItIsFetchedAnew()
    {
        Assert.Equal("1", await GetAsync("/product"));

        await Purger(soft: true).PurgeAsync(["product-42"], TestContext.Current.CancellationToken);

        Assert.Equal("1", await GetAsync("/product"));
        await Poll.UntilAsync(async () => await GetAsync("/product") == "2", static () => "What was purged softly was not fetched anew.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Purge_OtherTag_LeavesTheRest(bool soft)
    {
        Assert.Equal("1", await GetAsync("/product"));

        await Purger(soft).PurgeAsync(["product-4", "other"], TestContext.Current.CancellationToken);

        Assert.Equal("1", await GetAsync("/product"));
        Assert.Equal(1, _fetches["/product"]);
    }

    [Fact]
    public async Task Purge_OneOfSeveralTags_Suffices()
    {
        await GetAsync("/product");
        await GetAsync("/list");

        await Purger(soft: false).PurgeAsync(["other", "products"], TestContext.Current.CancellationToken);

        Assert.Equal("2", await GetAsync("/product"));
        Assert.Equal("2", await GetAsync("/list"));
    }

    [Fact]
    public async Task RemoveByTag_FromTheApplication_ReachesTheEdge()
    {
        await using var host = await EdgeHost.StartAsync(b => b.AddVarnishEdge(o => o.Servers.Add(_varnish.Address)));
        Assert.Equal("1", await GetAsync("/product"));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        await Poll.UntilAsync(async () => await GetAsync("/product") == "2", static () => "The edge was not purged.");
    }

    [Fact]
    public async Task RemoveByTag_AnotherServerIsGone_ReachesTheEdge()
    {
        await using var host = await EdgeHost.StartAsync(b => b.ConfigureEdges(static o => o.DrainTimeout = TimeSpan.Zero).AddVarnishEdge(o =>
        {
            o.Servers.Add(new Uri($"http://127.0.0.1:{Ports.Next()}"));
            o.Servers.Add(_varnish.Address);
        }));
        Assert.Equal("1", await GetAsync("/product"));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        await Poll.UntilAsync(async () => await GetAsync("/product") == "2", static () => "The edge was not purged.");
    }

    [Fact]
    public async Task Get_EdgeLifetime_GoesBeforeTheClients()
    {
        using var response = await _client.GetAsync(new Uri(_varnish.Address, "/product"), TestContext.Current.CancellationToken);

        // Cache-Control alone would keep nothing.
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Equal("1", await GetAsync("/product"));
    }

    [Fact]
    public async Task Get_ResponseWithTooManyTags_IsNotKept()
    {
        Assert.Equal("1", await GetAsync("/many"));
        Assert.Equal("2", await GetAsync("/many"));
    }

    [Fact]
    public async Task Get_WhatIsForTheEdge_DoesNotReachTheClient()
    {
        using var response = await _client.GetAsync(new Uri(_varnish.Address, "/product"), TestContext.Current.CancellationToken);

        Assert.All((string[])["xkey", "CDN-Cache-Control", "Surrogate-Control"], header => Assert.False(response.Headers.Contains(header)));
    }

    [Fact]
    public async Task Purge_WithoutTags_IsRefused()
    {
        using var request = new HttpRequestMessage(new HttpMethod("PURGE"), _varnish.Address);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_varnish is not null) await _varnish.DisposeAsync();
        if (_origin is not null) await _origin.DisposeAsync();
        _client.Dispose();
    }

    private VarnishPurger Purger(bool soft) => new(
        _varnish.Address, soft,
        new EdgeClient(VarnishPurger.Name, static () => new HttpClient(), new EdgeOptions(), TimeProvider.System));

    private Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(_varnish.Address, path), TestContext.Current.CancellationToken);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var count = _fetches.AddOrUpdate(path, 1, static (_, count) => count + 1);
        context.Response.Headers.CacheControl = "no-cache";
        var tags = path switch
        {
            "/product" => ["product-42", "products"],
            "/list" => ["products"],
            _ => Enumerable.Range(0, 33).Select(static i => $"tag-{i}"),
        };
        if (_headers.TryTag(context.Response.Headers, "", tags)) EdgeHeaders.Allow(context.Response.Headers, new EdgeLifetime(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)));
        else _headers.Forbid(context.Response.Headers);
        await context.Response.WriteAsync(count.ToString(CultureInfo.InvariantCulture));
    }
}
