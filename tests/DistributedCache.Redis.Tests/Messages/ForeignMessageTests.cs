using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>What is not of this library in a partition's channel, log and hash.</summary>
public sealed class ForeignMessageTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private Node _a = null!;
    private Node _b = null!;
    private Stored _stored = null!;

    public static TheoryData<string> Messages =>
    [
        "", "garbage", "R", "R \n", "R 1 2 3 4 5", "R x y z w v\n1:a", "R 99999999999999999999 0 1 0 0\n1:a", "R -1 -1 -1 -1 -1\n1:a", "X 1 0 1 0 0\n1:a",
        "R 1 0 1 0 0\n999:a", "R 1 0 1 0 0\n-1:a", "M 1 0 1 0 0\n3:q:a", "M 1 0 1 0 0\n", "J 1 0 1 0 0\n", "W 0 0 0 0 0\n9:product:1", "S 1 0 9223372036854775807 0 0\n1:a",
        "R 9223372036854775807 0 1 0 0\n1:a", "R 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 9007199254740992\n1:a",
    ];

    public static TheoryData<string, string> Fields
    {
        get
        {
            string[] fields = ["inc", "run", "base", "seq", "eras", "floor", "source", "versions", "v:v1", "*", "t:0::shown", "p:0::product:", "t:", "junk"];
            var data = new TheoryData<string, string>();
            foreach (var name in fields)
                foreach (var value in new[] { "", "junk", "-1", "99999999999999999999" }) data.Add(name, value);
            return data;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _a = new Node(servers.ConnectionString, _application, Quick);
        _b = new Node(servers.ConnectionString, _application, Quick);
        _stored = await Stored.OpenAsync(servers.ConnectionString, _application);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        await _a.LoadAsync(Key, _loads, "shown");
        await _b.LoadAsync(Key, _loads, "shown");
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Follow_AfterAForeignMessageOnTheChannel_GoesOn(string message)
    {
        foreach (var partition in Partitions) await _stored.PublishAsync(partition, message);
        await StaysInStepAsync();
    }

    [Fact]
    public async Task Follow_AfterRandomMessagesOnTheChannel_GoesOnAndLogsItOnceAMinute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var watch = new Node(servers.ConnectionString, _application, o => o.TimeProvider = time);
        await watch.UntilWritingAsync();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            await _stored.PublishAsync(_stored.PartitionOf(Key), bytes);
        }

        await StaysInStepAsync();
        await Poll.UntilAsync(() => Task.FromResult(watch.Logs.Of(2002).Count == 1), () => "The foreign messages were not logged once.");
        time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 10; i++) await _stored.PublishAsync(_stored.PartitionOf(Key), "garbage");
        await Poll.UntilAsync(() => Task.FromResult(watch.Logs.Of(2002).Count > 1), () => "A minute later it was not logged again.");
        Assert.Equal(2, watch.Logs.Of(2002).Count);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Follow_AfterAForeignEntryInTheLog_GoesOn(string message)
    {
        foreach (var partition in Partitions) await _stored.Database.StreamAddAsync(_stored.Log(partition), "m", message);
        await StaysInStepAsync();
    }

    [Fact]
    public async Task Follow_AfterALogEntryWithoutAMessage_GoesOn()
    {
        foreach (var partition in Partitions) await _stored.Database.StreamAddAsync(_stored.Log(partition), "x", "y");
        await StaysInStepAsync();
    }

    [Fact]
    public async Task Follow_WithALogOfAnotherType_GoesOn()
    {
        foreach (var partition in Partitions)
        {
            await _stored.Database.KeyDeleteAsync(_stored.Log(partition));
            await _stored.Database.StringSetAsync(_stored.Log(partition), "x");
        }

        await StaysInStepAsync();
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Follow_WithAForeignFieldInTheHash_GoesOn(string field, string value)
    {
        foreach (var partition in Partitions) await _stored.Database.HashSetAsync(_stored.Hash(partition), field, value);
        await StaysInStepAsync();
    }

    [Fact]
    public async Task Follow_WithAHashThatDoesNotListItsVersion_RegistersItAgain()
    {
        var partition = _stored.PartitionOf(Key);
        await _stored.Database.HashSetAsync(_stored.Hash(partition), "versions", "junk");
        await Poll.UntilAsync(
            async () => ((string?)await _stored.Database.HashGetAsync(_stored.Hash(partition), "versions"))!.Split(',').Contains("v1"),
            () => "The version was not registered again.");
        await StaysInStepAsync();
    }

    [Fact]
    public async Task Follow_WithAHashOfAnotherType_GoesOn()
    {
        foreach (var partition in Partitions)
        {
            await _stored.Database.KeyDeleteAsync(_stored.Hash(partition));
            await _stored.Database.StringSetAsync(_stored.Hash(partition), "x");
        }

        await StaysInStepAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
    }

    private int[] Partitions => [_stored.PartitionOf(Key), _stored.PartitionOfTag("shown")];

    // Soon after: later invalidations are acknowledged and arrive, and values are shared. A node that starts now can do the same.
    private async Task StaysInStepAsync()
    {
        await using var late = new Node(servers.ConnectionString, _application, Quick);
        foreach (var node in new[] { _a, _b, late }) await node.UntilWritingAsync(Key);
        foreach (var invalidate in new Func<Node, ValueTask<InvalidationResult>>[] { n => n.Cache.RemoveAsync(Key, Stop), n => n.Cache.RemoveByTagAsync("shown", Stop) })
        {
            await Poll.UntilAsync(
                async () =>
                {
                    // Two nodes may each keep what they loaded themselves until something invalidates it.
                    var removed = await _a.Cache.RemoveAsync(Key, Stop);
                    foreach (var node in new[] { _b, late }) await node.Cache.WaitForAsync(removed.Token, TimeSpan.FromSeconds(1), Stop);
                    var loaded = (await _a.LoadAsync(Key, _loads, "shown")).Value;
                    return (await _b.LoadAsync(Key, _loads, "shown")).Value == loaded && (await late.LoadAsync(Key, _loads, "shown")).Value == loaded;
                },
                () => "The nodes do not share their values again.");
            await Poll.UntilAsync(async () => (await invalidate(_a)).Status == InvalidationStatus.Acknowledged, () => "Nothing is invalidated any more.");
            foreach (var node in new[] { _a, _b, late }) await node.UntilLocalIsAsync(Key, null);
        }

        Assert.False((await late.Cache.GetAsync<string>(Key, cancellationToken: Stop)).HasValue);
    }

    private static void Quick(TieredCacheOptions o) => o.MaxStaleness = TimeSpan.FromMilliseconds(500);
}
