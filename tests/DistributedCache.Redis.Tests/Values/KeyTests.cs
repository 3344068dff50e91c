using System.Text;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Values;

/// <summary>Keys with strange characters: two that differ never share a value, and what is refused is refused with a sentence.</summary>
public sealed class KeyTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private Node _a = null!;
    private Node _b = null!;

    // What one of the ways to Redis might take for another: by encoding, trimming, case, length, or the forms of the library's own names.
    private static readonly string[] Keys =
    [
        "a", "A", " a", "a ", "a\0", "a\0b", "a\n", "a\r\n", "a\t", "\u0001a", "\u0002a", "\u0002t\u0002a", "\u0003a", "\u0001\u0001a", "1:t:a", "0::a", ":a", "a:", "{a}", "{a}b",
        "a}", "{", "}", "*", "e:v1:0::a", "\u00e9", "e\u0301", "\ufeffa", "\u200da", "\ud83d\ude00", "\ud83d", "\ude00", "\ud800", "\ud801", "\ude00\ud83d", "\ufffd", "\ufffd\ufffd",
        "a\ud800", "a\udfff", "\\ud800", "%00", "\"a\"", "'a'", new('x', 1024), new('x', 1025), new('x', 20_000), new('x', 20_001),
    ];

    public async ValueTask InitializeAsync()
    {
        _a = new Node(servers.ConnectionString, _application, static o => o.DistributedCache.Local = false);
        _b = new Node(servers.ConnectionString, _application, static o => o.DistributedCache.Local = false);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task DistributedCache_WithAnyTwoKeys_KeepsThemApart()
    {
        for (var i = 0; i < Keys.Length; i++) await _a.Distributed.SetAsync(Keys[i], Encoding.UTF8.GetBytes($"{i}"), new(), Stop);
        for (var i = 0; i < Keys.Length; i++) Assert.Equal($"{i}", await FindAsync(_b, i));
        for (var i = 0; i < Keys.Length; i += 2) await _b.Distributed.RemoveAsync(Keys[i], Stop);
        for (var i = 0; i < Keys.Length; i++) Assert.Equal(i % 2 == 0 ? null : $"{i}", await FindAsync(_a, i));
    }

    [Fact]
    public async Task TieredCache_WithAnyTwoKeys_KeepsThemApartOrRefusesThem()
    {
        var accepted = new List<int>();
        for (var i = 0; i < Keys.Length; i++)
        {
            try
            {
                Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.SetAsync(Keys[i], $"{i}", cancellationToken: Stop)).Status);
                accepted.Add(i);
            }
            catch (ArgumentException exception)
            {
                Assert.Matches("(control character|lone surrogate|characters long)", exception.Message);
                await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _b.Cache.GetAsync<string>(Keys[i], cancellationToken: Stop));
                await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _b.Cache.RemoveAsync(Keys[i], Stop));
            }
        }

        Assert.Contains(Array.IndexOf(Keys, "{a}b"), accepted);
        foreach (var i in accepted) Assert.Equal($"{i}", (await _b.Cache.GetAsync<string>(Keys[i], cancellationToken: Stop)).Value);
        var many = await _b.Cache.GetManyAsync<string>(accepted.Select(static i => Keys[i]), cancellationToken: Stop);
        foreach (var i in accepted) Assert.Equal($"{i}", many[Keys[i]].Value);
        foreach (var i in accepted.Where(static i => i % 2 == 0)) await _b.Cache.RemoveAsync(Keys[i], Stop);
        foreach (var i in accepted.Where(static i => i % 2 == 0)) await _a.UntilLocalIsAsync(Keys[i], null);
        foreach (var i in accepted.Where(static i => i % 2 != 0)) Assert.Equal($"{i}", (await _a.Cache.GetAsync<string>(Keys[i], cancellationToken: Stop)).Value);
    }

    [Fact]
    public async Task DistributedAndTieredAndTenants_WithTheSameKey_KeepThemApart()
    {
        await _a.Cache.SetAsync("a", "of no tenant", cancellationToken: Stop);
        await _a.Cache.ForTenant("t").SetAsync("a", "of t", cancellationToken: Stop);
        await _a.Distributed.SetAsync("a", "of the adapter"u8.ToArray(), new(), Stop);
        Assert.Equal("of no tenant", (await _b.Cache.GetAsync<string>("a", cancellationToken: Stop)).Value);
        Assert.Equal("of t", (await _b.Cache.ForTenant("t").GetAsync<string>("a", cancellationToken: Stop)).Value);
        Assert.Equal("of the adapter"u8.ToArray(), await _b.Distributed.GetAsync("a", Stop));
        await _b.Cache.RemoveAsync("a", Stop);
        Assert.Equal("of t", (await _a.Cache.ForTenant("t").GetAsync<string>("a", cancellationToken: Stop)).Value);
        Assert.Equal("of the adapter"u8.ToArray(), await _a.Distributed.GetAsync("a", Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    private static async Task<string?> FindAsync(Node node, int key) => await node.Distributed.GetAsync(Keys[key], Stop) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
