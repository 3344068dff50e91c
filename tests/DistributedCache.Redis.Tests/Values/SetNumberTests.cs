using DistributedCache.Entries;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Values;

/// <summary>The number in a stored value is the one its partition gave, whatever its writer foresaw.</summary>
public sealed class SetNumberTests(SharedRedisCluster servers)
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Set_AfterNumbersOfWhichNothingWasHeard_IsStoredUnderItsOwn(int unheard)
    {
        var application = SharedRedisCluster.NewApplication();
        await using var stored = await Stored.OpenAsync(servers.ConnectionString, application);
        await using var a = new Node(servers.ConnectionString, application);
        await a.UntilWritingAsync(Key);
        var hash = stored.Hash(stored.PartitionOf(Key));
        await stored.Database.HashIncrementAsync(hash, "seq", unheard);

        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.SetAsync(Key, "new", cancellationToken: Stop)).Status);

        Assert.True(EnvelopeHeader.TryRead(await stored.BytesAsync(stored.Entry(Key)), out var header, out _));
        Assert.Equal(await stored.Database.HashGetAsync(hash, "inc"), header.Incarnation);
        Assert.Equal(await stored.Database.HashGetAsync(hash, "seq"), header.Sequence);
        await using var b = new Node(servers.ConnectionString, application);
        Assert.Equal("new", (await b.LoadAsync(Key, new())).Value);
    }
}
