using System.Text.RegularExpressions;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A server that comes after the application, or comes back.</summary>
public sealed class LateServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cache_StartedBeforeItsServer_IsSharedSoonAfterTheServerIsThere()
    {
        await using var server = await RedisSingle.StartAsync();
        await server.Server.KillAsync();
        var application = SharedRedisCluster.NewApplication();
        await using var a = new Node(server.ConnectionString, application);
        await using var b = new Node(server.ConnectionString, application);
        var loads = new Node.Counter();
        foreach (var node in new[] { a, b }) Assert.Equal(CacheTier.Source, (await node.LoadAsync("product:1", loads)).Tier);
        Assert.Equal(2, loads.Count);
        await Poll.UntilAsync(() => Task.FromResult(a.Logs.Of(26).Count > 0), () => $"That the server is away was not logged:\n{string.Join('\n', a.Logs.All)}");

        // What fails first may come before the client knows why.
        Assert.Matches(
            $@"^The remote tier is away \(Redis at {Regex.Escape(server.Server.Endpoint)}: (Connection refused|not connected)\): until it is back, the cache answers from this process and the factories\.\s*$",
            Assert.Single(a.Logs.Of(20)));
        Assert.Contains("Exception", Assert.Single(a.Logs.Of(26)), StringComparison.Ordinal);
        Assert.DoesNotContain(a.Logs.All, static line => line.Contains("   at ", StringComparison.Ordinal) && !line.StartsWith("The failure of the remote tier", StringComparison.Ordinal));

        await server.Server.RestartAsync();

        await SharesAsync(a, b);
        await LogsAsync(a, b);
    }

    [Fact]
    public async Task Cache_WhoseServerWasAwayForAWhile_IsSharedAgain()
    {
        await using var server = await RedisSingle.StartAsync();
        var application = SharedRedisCluster.NewApplication();
        await using var a = new Node(server.ConnectionString, application);
        await using var b = new Node(server.ConnectionString, application);
        await SharesAsync(a, b);
        await server.Server.KillAsync();
        foreach (var node in new[] { a, b })
            await Poll.UntilAsync(() => Task.FromResult(node.Logs.Of(20).Count > 0), () => $"That the server is away was not logged:\n{string.Join('\n', node.Logs.All)}");
        Assert.Equal("load 1", (await a.LoadAsync("country:1", new())).Value);

        await server.Server.RestartAsync();

        await SharesAsync(a, b);
        await LogsAsync(a, b);
    }

    // Within seconds: what one node removes, loads and sets is what the other reads.
    private static async Task SharesAsync(Node a, Node b)
    {
        var loads = new Node.Counter();
        foreach (var node in new[] { a, b }) await node.UntilWritingAsync("product:1");
        var last = "";
        await Poll.UntilAsync(
            async () =>
            {
                var removed = await a.Cache.RemoveAsync("product:1", Stop);
                var isSeen = await b.Cache.WaitForAsync(removed.Token, TimeSpan.FromSeconds(1), Stop);
                var (ofA, ofB) = (await a.LoadAsync("product:1", loads), await b.LoadAsync("product:1", loads));
                last = $"{removed.Status}, seen: {isSeen}, {ofA.Value} from {ofA.Tier}, {ofB.Value} from {ofB.Tier}";
                return removed.Status == InvalidationStatus.Acknowledged && isSeen && ofA.Value == ofB.Value;
            },
            () => $"The nodes do not share their values: {last}.\n{string.Join('\n', b.Logs.All.TakeLast(5))}");
    }

    private static async Task LogsAsync(params Node[] nodes)
    {
        foreach (var node in nodes)
        {
            await Poll.UntilAsync(() => Task.FromResult(node.Logs.Of(21).Count > 0), () => $"That the server is back was not logged:\n{string.Join('\n', node.Logs.All)}");
            Assert.Single(node.Logs.Of(20));
            Assert.Single(node.Logs.Of(21));
        }
    }
}
