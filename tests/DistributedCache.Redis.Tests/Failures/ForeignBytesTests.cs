using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>Bytes under the library's own names that are no entry: misses, whatever they are.</summary>
public sealed class ForeignBytesTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private const string Key = "product:1", PrimaryKey = "basket:1", SessionKey = "session:1", Good = "good";

    // What is in L1 says nothing of what is in Redis.
    private static readonly TieredCacheEntryOptions Remote = new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private Node _node = null!;
    private Stored _stored = null!;

    private enum Home
    {
        Cached,
        Primary,
        Session,
    }

    public async ValueTask InitializeAsync()
    {
        _node = new Node(servers.ConnectionString, _application, Configure);
        _stored = await Stored.OpenAsync(servers.ConnectionString, _application);
        await _node.UntilWritingAsync();
    }

    [Fact]
    public async Task Get_OfAnEntryCutShortAnywhere_IsAMiss()
    {
        foreach (var home in Enum.GetValues<Home>())
        {
            var whole = await WriteGoodAsync(home);
            Assert.Equal(Good, await FindAsync(home));
            for (var length = 0; length < whole.Length; length++)
            {
                await _stored.Database.StringSetAsync(NameOf(home), whole.AsMemory(0, length));
                Assert.True(await FindAsync(home) is null, $"{home}: {length} of {whole.Length} bytes were taken for an entry.");
            }
        }

        Assert.True(_node.Faults["envelope"] > 0);
        Assert.Equal(0, _node.Faults["remote"]);
    }

    [Fact]
    public async Task Get_OfAnEntryWithAnyBitFlipped_ThrowsNothing()
    {
        foreach (var home in Enum.GetValues<Home>())
        {
            var whole = await WriteGoodAsync(home);
            for (var bit = 0; bit < whole.Length * 8; bit++)
            {
                var flipped = (byte[])whole.Clone();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                await _stored.Database.StringSetAsync(NameOf(home), flipped);

                // A payload has no checksum, so a flipped bit there may be another value; anywhere else it is this one or none.
                var isPayload = bit / 8 >= whole.Length - Good.Length - 2;
                var found = await Record.ExceptionAsync(async () =>
                {
                    var value = await FindAsync(home);
                    Assert.True(isPayload || value is null or Good, $"the value is '{value}'");
                });
                Assert.True(found is null, $"{home}, bit {bit} of {whole.Length} bytes: {found}");
            }
        }

        Assert.Equal(0, _node.Faults["remote"]);
    }

    [Fact]
    public async Task Get_OfRandomBytes_IsAMiss()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        foreach (var home in Enum.GetValues<Home>())
        {
            for (var i = 0; i < 100; i++)
            {
                var bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
                if (bytes.Length > 1 && i % 2 == 0) (bytes[0], bytes[1]) = (1, (byte)random.Next(32));
                await _stored.Database.StringSetAsync(NameOf(home), bytes);
                Assert.True(await FindAsync(home) is null, $"Seed {seed}, {home}, {Convert.ToHexString(bytes)}");
            }
        }

        Assert.Equal(0, _node.Faults["remote"]);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("hash")]
    [InlineData("set")]
    [InlineData("stream")]
    public async Task Calls_OnAKeyOfAnotherRedisType_AreMissesAndReplaceIt(string type)
    {
        foreach (var home in Enum.GetValues<Home>())
        {
            var key = NameOf(home);

            // More often than a breaker lets calls fail.
            for (var i = 0; i < 12; i++)
            {
                await WriteAsync(key, type);
                Assert.Null(await FindAsync(home));
            }

            await WriteAsync(key, type);
            Assert.Equal("loaded", await LoadAsync(home));
            await WriteAsync(key, type);
            await WriteGoodAsync(home);
            Assert.Equal(Good, await FindAsync(home));
            await WriteAsync(key, type);
            await RemoveAsync(home);
            Assert.False(await _stored.Database.KeyExistsAsync(key));
        }

        await WriteAsync(NameOf(Home.Cached), type);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _node.Cache.ExpireAsync(Key, Stop)).Status);
        await WriteAsync(NameOf(Home.Cached), type);
        Assert.False((await _node.Cache.GetManyAsync<string>([Key], Remote, Stop))[Key].HasValue);
        Assert.True(_node.Faults["envelope"] > 0);
        Assert.Equal(0, _node.Faults["remote"]);
        Assert.Empty(_node.Logs.Of(20));
    }

    [Fact]
    public async Task GetOrCreate_OverAnythingForeign_LoadsAndStoresAnew()
    {
        foreach (var home in new[] { Home.Cached, Home.Primary })
        {
            var whole = await WriteGoodAsync(home);
            byte[] future = [2, .. whole.AsSpan(1)];
            byte[][] foreign = [[], [0], "garbage"u8.ToArray(), future, whole[..^1], [.. whole, 0]];
            foreach (var bytes in foreign)
            {
                await _stored.Database.StringSetAsync(NameOf(home), bytes);
                Assert.Equal("loaded", await LoadAsync(home));
                if (home == Home.Cached) Assert.Equal("loaded", await FindAsync(home));
            }
        }
    }

    [Fact]
    public async Task BadEntries_OfOneKind_AreCountedEachAndLoggedOnceAMinute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = new Node(servers.ConnectionString, _application, o =>
        {
            Configure(o);
            o.TimeProvider = time;
        });
        await _stored.Database.StringSetAsync(NameOf(Home.Primary), "garbage that is long enough to have the header of an entry");
        for (var i = 0; i < 3; i++) Assert.False((await node.Cache.GetAsync<string>(PrimaryKey, Remote, Stop)).HasValue);
        Assert.Equal(3, node.Faults["envelope"]);
        Assert.Contains("UnknownFormat", Assert.Single(node.Logs.Of(9)), StringComparison.Ordinal);

        await _stored.Database.StringSetAsync(NameOf(Home.Primary), new byte[] { 1 });
        await node.Cache.GetAsync<string>(PrimaryKey, Remote, Stop);
        Assert.Equal(2, node.Logs.Of(9).Count);

        time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 3; i++) await node.Cache.GetAsync<string>(PrimaryKey, Remote, Stop);
        Assert.Equal(3, node.Logs.Of(9).Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _stored.DisposeAsync();
    }

    // No value goes into L1 by IDistributedCache either: it answers with what Redis has.
    private static void Configure(TieredCacheOptions options)
    {
        options.DistributedCache.Local = false;
        options.Profiles["primary"] = new() { Keys = ["basket:"], Primary = true };
    }

    private RedisKey NameOf(Home home) => home switch
    {
        Home.Cached => _stored.Entry(Key),
        Home.Primary => _stored.Primary(PrimaryKey),
        _ => _stored.Distributed(SessionKey),
    };

    private async Task<byte[]> WriteGoodAsync(Home home)
    {
        if (home == Home.Session) await _node.Distributed.SetAsync(SessionKey, "good"u8.ToArray(), new(), Stop);
        else Assert.Equal(InvalidationStatus.Acknowledged, (await _node.Cache.SetAsync(home == Home.Cached ? Key : PrimaryKey, Good, cancellationToken: Stop)).Status);
        return await _stored.BytesAsync(NameOf(home));
    }

    private async Task<string?> FindAsync(Home home) => home == Home.Session
        ? await _node.Distributed.GetAsync(SessionKey, Stop) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null
        : (await _node.Cache.GetAsync<string>(home == Home.Cached ? Key : PrimaryKey, Remote, Stop)).Value;

    private async Task<string> LoadAsync(Home home) => home == Home.Session
        ? "loaded"
        : await _node.Cache.GetOrCreateAsync(home == Home.Cached ? Key : PrimaryKey, 0, static (_, _, _) => ValueTask.FromResult("loaded"), Remote, cancellationToken: Stop);

    private async Task RemoveAsync(Home home)
    {
        if (home == Home.Session) await _node.Distributed.RemoveAsync(SessionKey, Stop);
        else Assert.Equal(InvalidationStatus.Acknowledged, (await _node.Cache.RemoveAsync(home == Home.Cached ? Key : PrimaryKey, Stop)).Status);
    }

    private async Task WriteAsync(RedisKey key, string type)
    {
        var database = _stored.Database;
        await database.KeyDeleteAsync(key);
        await (type switch
        {
            "list" => database.ListRightPushAsync(key, "x"),
            "hash" => database.HashSetAsync(key, "x", "y"),
            "set" => database.SetAddAsync(key, "x"),
            _ => (Task)database.StreamAddAsync(key, "x", "y"),
        });
    }
}
