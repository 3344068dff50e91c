using System.Net;
using System.Net.Sockets;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A server that takes connections and never says a word, from the start.</summary>
public sealed class SilentServerTests
{
    [Theory]
    [InlineData(700)]
    [InlineData(2_500)]
    public async Task Start_WithAServerThatNeverAnswers_SaysWhichServerItIs(int connectTimeoutMs)
    {
        // The system completes the handshake of whoever connects; nobody accepts.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        await using var node = new Node($"{silent.LocalEndPoint},connectTimeout={connectTimeoutMs}", SharedRedisCluster.NewApplication(), isPatient: false);

        Assert.Equal("load 1", (await node.LoadAsync("product:1", new())).Value);

        await Poll.UntilAsync(() => Task.FromResult(node.Logs.Of(20).Count > 0), () => string.Join('\n', node.Logs.All));
        Assert.StartsWith($"The remote tier is away (Redis at {silent.LocalEndPoint}: ", Assert.Single(node.Logs.Of(20)), StringComparison.Ordinal);
    }
}
