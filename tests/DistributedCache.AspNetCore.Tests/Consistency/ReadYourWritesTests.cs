using System.Globalization;
using System.Net;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>A client that wrote on one node of a real cluster reads what it wrote on another, also on one that gets no messages and learns
/// of invalidations only by its heartbeat.</summary>
public sealed class ReadYourWritesTests(SharedRedisCluster redis) : IAsyncLifetime
{
    private readonly ClusterShop _shop = new();
    private readonly CookieContainer _cookies = new();
    private readonly string _user = $"deaf{Guid.NewGuid():N}";
    private HttpClient _client = null!;
    private Uri _a = null!;
    private Uri _b = null!;

    public async ValueTask InitializeAsync()
    {
        _client = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, PooledConnectionLifetime = TimeSpan.FromMinutes(1) });
        await AllowAsync("on", ">secret", "~*", "&*", "+@all");
        _a = await _shop.StartNodeAsync(redis.ConnectionString);
        _b = await _shop.StartNodeAsync($"{redis.ConnectionString},user={_user},password=secret");
    }

    [Theory]
    [InlineData("/products/1")]
    [InlineData("/price/1")]
    public async Task Get_OnADeafNodeAfterAWriteOnAnother_IsNew(string path)
    {
        await AllowAsync("resetchannels");
        for (var price = 1; price <= 5; price++)
        {
            await GetAsync(_b, path);
            await EditAsync(_a, price);
            Assert.Equal(price.ToString(CultureInfo.InvariantCulture), await GetAsync(_b, path));
        }
    }

    [Fact]
    public async Task Get_WithoutTheCookie_MayBeOldOnADeafNode()
    {
        // What the cookie is for: without it this node answers from memory until its next heartbeat.
        await AllowAsync("resetchannels");
        using var stranger = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        await Poll.UntilAsync(
            async () =>
            {
                var before = await stranger.GetStringAsync(new Uri(_b, "/products/1"));
                await EditAsync(_a, int.Parse(before, CultureInfo.InvariantCulture) + 1);
                return await stranger.GetStringAsync(new Uri(_b, "/products/1")) == before;
            },
            static () => "The deaf node was never behind.");
    }

    [Fact]
    public async Task Post_ThatInvalidated_SetsOneSmallCookie()
    {
        using var answer = await PostAsync(_a, 7);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("tiered-cache-token=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; max-age=30; path=/; samesite=lax; httponly", cookie, StringComparison.Ordinal);
        Assert.InRange(cookie.Length, 1, 600);
    }

    [Fact]
    public async Task Get_WithAForgedCookie_IsAnsweredAsWithoutOne()
    {
        await GetAsync(_b, "/products/1");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_b, "/products/1"));
        request.Headers.Add("Cookie", "tiered-cache-token=CfDJ8AAAAAAAAAAAAAAAAAAAAAAA");
        using var plain = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        using var answer = await plain.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains("; hit", Assert.Single(answer.Headers.GetValues("Cache-Status")), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _shop.DisposeAsync();
        foreach (var node in redis.Cluster.Nodes) await node.ExecuteAsync("ACL", "DELUSER", _user);
    }

    private async Task AllowAsync(params string[] rules)
    {
        foreach (var node in redis.Cluster.Nodes) await node.ExecuteAsync(["ACL", "SETUSER", _user, .. rules]);
    }

    private Task<string> GetAsync(Uri node, string path) => _client.GetStringAsync(new Uri(node, path), TestContext.Current.CancellationToken);

    private Task<HttpResponseMessage> PostAsync(Uri node, int price) =>
        _client.PostAsync(new Uri(node, $"/admin/products/1?price={price.ToString(CultureInfo.InvariantCulture)}"), null, TestContext.Current.CancellationToken);

    private async Task EditAsync(Uri node, int price)
    {
        using var answer = await PostAsync(node, price);
        answer.EnsureSuccessStatusCode();
    }
}
