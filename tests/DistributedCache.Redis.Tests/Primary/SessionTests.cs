using System.Text;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Redis.Tests.Primary;

/// <summary>IDistributedCache over Redis, as ASP.NET Core's sessions use it.</summary>
public sealed class SessionTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private const string Key = "session:1";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1_000);

    private static readonly TimeSpan Later = Window / 2;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private Node _a = null!;
    private Node _b = null!;
    private Stored _stored = null!;

    public async ValueTask InitializeAsync()
    {
        _a = new Node(servers.ConnectionString, _application);
        _b = new Node(servers.ConnectionString, _application);
        _stored = await Stored.OpenAsync(servers.ConnectionString, _application);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task Get_OfASessionSetOnAnotherNode_IsTheLastAtOnce()
    {
        for (var i = 0; i < 50; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (_a, _b) : (_b, _a);
            await writer.Distributed.SetAsync(Key, Encoding.UTF8.GetBytes($"{i}"), new() { SlidingExpiration = Window }, Stop);
            Assert.Equal($"{i}", Encoding.UTF8.GetString((await reader.Distributed.GetAsync(Key, Stop))!));
        }
    }

    [Fact]
    public async Task Get_OfASessionRemovedOnAnotherNode_FindsNothingAtOnce()
    {
        await _a.Distributed.SetAsync(Key, [1], new() { SlidingExpiration = Window }, Stop);
        Assert.NotNull(await _b.Distributed.GetAsync(Key, Stop));
        await _a.Distributed.RemoveAsync(Key, Stop);
        Assert.Null(await _b.Distributed.GetAsync(Key, Stop));
    }

    [Fact]
    public async Task Get_OfAnAbsoluteEntryChangedOnAnotherNode_Follows()
    {
        var expiry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = Window };
        await _a.Distributed.SetAsync(Key, [1], expiry, Stop);
        Assert.Equal([1], await _b.Distributed.GetAsync(Key, Stop));
        await _a.Distributed.SetAsync(Key, [2], expiry, Stop);
        await UntilAsync(_b, [2]);
        await _a.Distributed.RemoveAsync(Key, Stop);
        await UntilAsync(_b, null);
    }

    [Fact]
    public async Task Set_Sliding_EndsOnTheServerSoonAfterItsWindow()
    {
        await _a.Distributed.SetAsync(Key, [1], new() { SlidingExpiration = Window }, Stop);
        Assert.InRange(await LeftAsync(), Window - TimeSpan.FromSeconds(30), Window + Slack(Window));
    }

    [Fact]
    public async Task Set_Absolute_EndsThenAndNotLater()
    {
        await _a.Distributed.SetAsync(Key, [1], new() { AbsoluteExpirationRelativeToNow = Window }, Stop);
        var before = await LeftAsync();
        Assert.InRange(before, Window - TimeSpan.FromSeconds(30), Window);
        await _b.Distributed.GetAsync(Key, Stop);
        await _b.Distributed.RefreshAsync(Key, Stop);
        Assert.True(await LeftAsync() <= before, "A read prolonged what has an absolute end.");
    }

    [Fact]
    public async Task Get_OfASlidingEntry_RenewsItOnTheServer()
    {
        await _a.Distributed.SetAsync(Key, [1], new() { SlidingExpiration = Window }, Stop);
        await _stored.Database.KeyExpireAsync(_stored.Distributed(Key), Window - Later);
        await using var late = Late();
        Assert.Equal([1], await late.Distributed.GetAsync(Key, Stop));
        await Poll.UntilAsync(async () => await LeftAsync() > Window, () => "The read did not renew the entry on the server.");
        Assert.InRange(await LeftAsync(), Window, Window + Slack(Window));
    }

    [Fact]
    public async Task Get_OfASlidingEntryWithAnAbsoluteEnd_RenewsItNoFurtherThanThat()
    {
        // So that what a read renews it to lies before where it would end anyway.
        var end = Window + Slack(Window);
        await _a.Distributed.SetAsync(Key, [1], new() { SlidingExpiration = Window, AbsoluteExpirationRelativeToNow = end }, Stop);
        Assert.InRange(await LeftAsync(), end - TimeSpan.FromSeconds(30), end);
        await using var late = Late();
        Assert.Equal([1], await late.Distributed.GetAsync(Key, Stop));
        await Poll.UntilAsync(async () => await LeftAsync() <= end - Later, () => "It lives beyond its absolute end.");
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
    }

    // Reads renew what slides once a tenth of its window is used: by so much it lives longer on the server.
    private static TimeSpan Slack(TimeSpan window) => window / 10;

    // A node by whose clock so much of the window is used that a read renews.
    private Node Late() => new(servers.ConnectionString, _application, static o => o.TimeProvider = new FakeTimeProvider(DateTimeOffset.UtcNow + Later));

    private async Task<TimeSpan> LeftAsync() =>
        await _stored.Database.KeyTimeToLiveAsync(_stored.Distributed(Key)) ?? throw new InvalidOperationException("The key is not there, or has no end.");

    private static Task UntilAsync(Node node, byte[]? value) => Poll.UntilAsync(
        async () => (await node.Distributed.GetAsync(Key, Stop)).AsSpan().SequenceEqual(value), () => "The other node's change was not seen.");
}
