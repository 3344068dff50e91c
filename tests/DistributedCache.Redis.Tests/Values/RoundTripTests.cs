using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Values;

/// <summary>What a look-up costs, counted on the servers.</summary>
public sealed class RoundTripTests(SharedRedisCluster servers)
{
    private static readonly string[] Tags = ["brand:1", "category:7", "shown", "price", "stock"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Get_OfARemoteEntryWithFiveTags_IsOneCommand(bool wereTagsInvalidated)
    {
        var application = SharedRedisCluster.NewApplication();
        await using var a = new Node(servers.ConnectionString, application, Rarely);
        await a.UntilWritingAsync();
        foreach (var tag in wereTagsInvalidated ? Tags : []) await a.Cache.RemoveByTagAsync(tag, Stop);
        await a.LoadAsync("product:1", new(), Tags);
        await using var b = new Node(servers.ConnectionString, application, Rarely);
        await b.UntilWritingAsync();
        var names = new PartitionNames(application, 64);
        string[] asked = [names.Log(names.Partitioner.OfKey("", "product:1")), .. Tags.Select(tag => names.Log(names.Partitioner.OfTag("", tag)))];
        await using var record = await CommandRecord.StartAsync(servers.Cluster.Nodes.Take(3));
        var before = await record.NamingAsync($"{{{application}:");

        var found = await b.LoadAsync("product:1", new(), Tags);

        Assert.Equal(CacheTier.Remote, found.Tier);
        var commands = (await record.NamingAsync($"{{{application}:")).Skip(before.Count).Where(command => !IsOfASubscription(command, asked));
        Assert.Contains("\"GET\"", Assert.Single(commands), StringComparison.Ordinal);
    }

    // A subscription's upkeep goes on by itself, whatever is looked up; where it is made anew, so is what may have been missed, of whatever
    // partition. What is looked up could have asked for its own.
    private static bool IsOfASubscription(string command, string[] asked) =>
        new[] { "SSUBSCRIBE", "SUNSUBSCRIBE", "SPUBLISH" }.Any(name => command.Contains($"\"{name}\"", StringComparison.Ordinal))
        || (command.Contains("\"XRANGE\"", StringComparison.Ordinal) && !asked.Any(log => command.Contains($"\"{log}\"", StringComparison.Ordinal)));

    // Nothing but what the calls themselves send.
    private static void Rarely(TieredCacheOptions o) => (o.MaxStaleness, o.HeartbeatInterval) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(30));
}
