using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>What was removed through HybridCache, by key, by tag or by <c>*</c>, is loaded again, on every node.</summary>
public class HybridInvalidationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task RemoveByTagAsync_OneOfMany_RemovesItsEntriesOnly(bool holdsValues)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(holdsValues, timeProvider: time);
        await using var a = TestCache.Make(remote: remote, time: time);
        await using var b = TestCache.Make(remote: remote, time: time);
        foreach (var node in (TestCache[])[a, b])
        {
            Assert.Equal("one", await Load(node, "1", "one", "odd", "all"));
            Assert.Equal("two", await Load(node, "2", "two", "even", "all"));
        }

        await b.Hybrid().RemoveByTagAsync("odd", Ct);
        Assert.Equal("new", await Load(a, "1", "new", "odd", "all"));
        Assert.Equal("two", await Load(a, "2", "new", "even", "all"));
        await b.Hybrid().RemoveByTagAsync(["odd", "even"], Ct);
        Assert.Equal("newer", await Load(a, "1", "newer"));
        Assert.Equal("newer", await Load(a, "2", "newer"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task RemoveByTagAsync_Everything_RemovesTaggedAndUntagged(bool holdsValues)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = TestCache.Make(remote: new InProcessRemote(holdsValues, timeProvider: time), time: time);
        await Load(node, "1", "old", "t");
        await Load(node, "2", "old");
        await node.Hybrid().RemoveByTagAsync("*", Ct);
        Assert.Equal("new", await Load(node, "1", "new", "t"));
        Assert.Equal("new", await Load(node, "2", "new"));
        Assert.Equal("new", await Load(node, "2", "newer"));
    }

    [Fact]
    public async Task RemoveAsync_OneAndMany_AreLoadedAgain()
    {
        await using var node = TestCache.Make();
        string[] keys = [.. Enumerable.Range(0, 300).Select(i => $"k{i}")];
        foreach (var key in keys) await node.Hybrid().SetAsync(key, "old", cancellationToken: Ct);
        await node.Hybrid().RemoveAsync("k0", Ct);
        Assert.Equal("new", await Load(node, "k0", "new"));
        Assert.Equal("old", await Load(node, "k1", "new"));
        await node.Hybrid().RemoveAsync(keys, Ct);
        foreach (var key in keys) Assert.Equal("newest", await Load(node, key, "newest"));
    }

    [Fact]
    public async Task GetOrCreateAsync_Stampede_RunsOneFactory()
    {
        await using var node = TestCache.Make();
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        var waiting = Enumerable.Range(0, 100).Select(_ => Task.Run(() => node.Hybrid().GetOrCreateAsync("k", _ =>
        {
            Interlocked.Increment(ref calls);
            return new ValueTask<int>(gate.Task);
        }, cancellationToken: Ct).AsTask(), Ct)).ToArray();
        gate.SetResult(7);
        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal(7, value));
        Assert.Equal(1, calls);
    }

    private static ValueTask<string> Load(TestCache node, string key, string value, params string[] tags) =>
        node.Hybrid().GetOrCreateAsync(key, value, static (v, _) => ValueTask.FromResult(v), tags: tags, cancellationToken: Ct);
}
