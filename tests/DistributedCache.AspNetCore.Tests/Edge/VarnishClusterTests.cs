using System.Globalization;
using System.Net.Http.Headers;
using DistributedCache.AspNetCore.Tests.Consistency;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>A real Varnish before two nodes on Kestrel, over one real Redis Cluster.</summary>
public sealed class VarnishClusterTests(SharedRedisCluster redis) : IAsyncLifetime
{
    private readonly ClusterShop _shop = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false });
    private VarnishServer _varnish = null!;
    private Uri _a = null!;
    private Uri _b = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(VarnishServer.IsInstalled, VarnishServer.Missing);
        var port = Ports.Next();
        _varnish = await VarnishServer.StartAsync(new Uri($"http://127.0.0.1:{port}"));
        _a = await StartAsync(port);
        _b = await StartAsync(0);

        Task<Uri> StartAsync(int port) => _shop.StartNodeAsync(
            redis.ConnectionString,
            cache => cache.AddVarnishEdge(o => o.Servers.Add(_varnish.Address)).ConfigureEdges(static o => o.AnswerTimeout = TimeSpan.FromSeconds(20)),
            static o => o.EdgeDuration = 300,
            port);
    }

    [Fact]
    public async Task Edit_OnOneNode_MakesTheNextRequestThroughVarnishAndToTheOtherNodeNew()
    {
        for (var price = 1; price <= 10; price++)
        {
            await GetAsync(_varnish.Address);
            await GetAsync(_b);
            var cookie = await EditAsync(_a, price);

            Assert.Equal(price, (await GetAsync(_varnish.Address)).Price);
            Assert.Equal(price, (await GetAsync(_b, cookie)).Price);
        }
    }

    [Fact]
    public async Task Edit_OnTheNodeVarnishDoesNotAsk_MakesTheNextRequestThroughVarnishNew()
    {
        for (var price = 1; price <= 10; price++)
        {
            await GetAsync(_varnish.Address);
            var cookie = await EditAsync(_b, price);
            Assert.Equal(price, (await GetAsync(_varnish.Address, cookie)).Price);
        }
    }

    [Fact]
    public async Task Get_ThroughVarnish_IsAnsweredThereForTheEdgesLifetime()
    {
        await GetAsync(_varnish.Address);
        var reads = _shop.Reads;
        var hit = await GetAsync(_varnish.Address);

        // Two numbers: this request's, and that of the one that fetched it.
        Assert.Equal(2, hit.Varnish.Split(' ').Length);
        Assert.Equal(reads, _shop.Reads);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _shop.DisposeAsync();
        if (_varnish is not null) await _varnish.DisposeAsync();
    }

    private async Task<(int Price, string Varnish)> GetAsync(Uri server, string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/products/1"));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        var price = int.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        return (price, Text(answer.Headers, "X-Varnish"));
    }

    private async Task<string> EditAsync(Uri node, int price)
    {
        using var answer = await _client.PostAsync(new Uri(node, $"/admin/products/1?price={price.ToString(CultureInfo.InvariantCulture)}"), null, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return Text(answer.Headers, "Set-Cookie").Split(';')[0];
    }

    private static string Text(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? string.Join(' ', values) : "";
}
