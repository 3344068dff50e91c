using DistributedCache.Coherence;
using DistributedCache.Redis.Protocol;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Verification;

/// <summary>Over a real cluster: what a node goes on answering although Redis has it otherwise is found, logged and dropped; nothing else is.</summary>
public sealed class VerifierTests(SharedRedisCluster servers)
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();

    [Fact]
    public async Task Hit_TagWasInvalidatedAndNoMessageOrHeadSaysSo_IsRepairedAndLogged()
    {
        await using var node = new Node(servers.ConnectionString, _application, Sample);
        await using var stored = await Stored.OpenAsync(servers.ConnectionString, _application, partitions: 1);
        await node.UntilWritingAsync();
        await node.LoadAsync(Key, _loads, "shown");

        // The number of another invalidation, which the node has applied, put down as the tag's.
        var number = await InvalidateAnotherAsync(node, stored);
        await stored.Database.HashSetAsync(stored.Hash(0), MarkField.Encode(Mark.Tag("", "shown")), number);

        await Poll.UntilAsync(
            async () => (await node.LoadAsync(Key, _loads, "shown")).Value != "load 1" && node.Logs.Of(30).Count > 0,
            () => $"The node answers what the tag has invalidated. It logged:\n{string.Join('\n', node.Logs.All)}");
        Assert.Contains("a missed invalidation", Assert.Single(node.Logs.Of(30)), StringComparison.Ordinal);
        Assert.Equal(1, node.Faults["difference"]);
    }

    [Fact]
    public async Task Hit_WhileNodesWriteAndEntriesAreEvicted_IsNeverADifference()
    {
        await using var a = new Node(servers.ConnectionString, _application, Sample);
        await using var b = new Node(servers.ConnectionString, _application, Sample);
        await using var stored = await Stored.OpenAsync(servers.ConnectionString, _application, partitions: 1);
        await a.UntilWritingAsync();
        await b.UntilWritingAsync();
        var reads = 0;
        await Poll.UntilAsync(
            async () =>
            {
                var key = $"product:{reads % 10}";
                foreach (var node in new[] { a, b }) await node.LoadAsync(key, _loads, "shown");
                switch (reads % 50)
                {
                    case 10: await a.Cache.RemoveAsync(key, Stop); break;
                    case 20: await b.Cache.SetAsync(key, $"set {reads}", cancellationToken: Stop); break;
                    case 30: await a.Cache.RemoveByTagAsync("shown", Stop); break;
                    case 40: await stored.Database.KeyDeleteAsync(stored.Entry(key)); break;
                }

                // Hits of more than three times as long as a difference must last.
                return ++reads > 1_000;
            },
            () => "The nodes can't be read.",
            deadline: 10 * Poll.Deadline);
        Assert.Equal((0, 0), (a.Faults["difference"], b.Faults["difference"]));
    }

    private static void Sample(TieredCacheOptions options) =>
        (options.VerifySample, options.Partitions, options.MaxStaleness) = (1, 1, TimeSpan.FromMilliseconds(500));

    private static async Task<long> InvalidateAnotherAsync(Node node, Stored stored)
    {
        var removed = await node.Cache.RemoveAsync("another", Stop);
        Assert.True(await node.Cache.WaitForAsync(removed.Token, Poll.Deadline, Stop));
        return (long)await stored.Database.HashGetAsync(stored.Hash(0), "seq");
    }
}
