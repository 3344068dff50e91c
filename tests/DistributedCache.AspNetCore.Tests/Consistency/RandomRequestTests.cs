using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>Clients who read and write at random, on two nodes of a real cluster and on one that gets no messages.</summary>
public sealed class RandomRequestTests(SharedRedisCluster redis) : IAsyncLifetime
{
    private const int Clients = 12;
    private const int Requests = 120; // of each client
    private const int Products = 3;
    private const int Writing = 2; // nodes: the third may send no messages either

    private readonly ClusterShop _shop = new();
    private readonly string _deaf = $"deaf{Guid.NewGuid():N}";
    private readonly SemaphoreSlim[] _writers = [.. Enumerable.Range(0, Products).Select(static _ => new SemaphoreSlim(1))];
    private readonly int[] _prices = new int[Products];
    private readonly int[,] _acknowledged = new int[3, Products];
    private readonly ConcurrentQueue<string> _broken = new();
    private Uri[] _nodes = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var server in redis.Cluster.Nodes) await server.ExecuteAsync("ACL", "SETUSER", _deaf, "on", ">secret", "~*", "&*", "+@all");
        _nodes =
        [
            await _shop.StartNodeAsync(redis.ConnectionString),
            await _shop.StartNodeAsync(redis.ConnectionString),
            await _shop.StartNodeAsync($"{redis.ConnectionString},user={_deaf},password=secret"),
        ];
        foreach (var server in redis.Cluster.Nodes) await server.ExecuteAsync("ACL", "SETUSER", _deaf, "resetchannels");
    }

    [Fact]
    public async Task Get_OfWhoWroteOrOnTheNodeThatWrote_IsAsNewAsTheWrite()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => ActAsync(new Random(seed + client))));

        Assert.True(_broken.IsEmpty, $"seed {seed}: {string.Join(", ", _broken)}");
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        foreach (var server in redis.Cluster.Nodes) await server.ExecuteAsync("ACL", "DELUSER", _deaf);
        foreach (var writer in _writers) writer.Dispose();
    }

    private async Task ActAsync(Random random)
    {
        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() });
        var written = new int[Products];
        for (var i = 0; i < Requests; i++)
        {
            var product = random.Next(Products);
            if (random.Next(6) == 0)
            {
                written[product] = await EditAsync(client, random.Next(Writing), product);
                continue;
            }

            var node = random.Next(_nodes.Length);
            var least = Math.Max(written[product], Volatile.Read(ref _acknowledged[node, product]));
            var path = random.Next(2) == 0 ? $"/products/{product}" : $"/price/{product}";
            var price = int.Parse(await client.GetStringAsync(new Uri(_nodes[node], path), TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
            if (price < least) _broken.Enqueue($"{path} on node {node} was {price} after {least} (own {written[product]})");
        }
    }

    /// <summary>One more than the last price. One writer at a time, so that a higher price is a newer one.</summary>
    private async Task<int> EditAsync(HttpClient client, int node, int product)
    {
        await _writers[product].WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var price = ++_prices[product];
            using var answer = await client.PostAsync(new Uri(_nodes[node], $"/admin/products/{product}?price={price}"), null, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            Volatile.Write(ref _acknowledged[node, product], price);
            return price;
        }
        finally
        {
            _writers[product].Release();
        }
    }
}
