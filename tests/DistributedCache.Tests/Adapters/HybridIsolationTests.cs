using System.ComponentModel;
using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Adapters;

/// <summary>Of a mutable value each caller has an instance of its own; an immutable one is shared.</summary>
public class HybridIsolationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [ImmutableObject(true)]
    public sealed record Price(decimal Amount);

    [Theory, InlineData(false), InlineData(true)]
    public async Task GetOrCreateAsync_MutableChangedByOneCaller_OthersSeeTheOriginal(bool holdsValues)
    {
        await using var node = TestCache.Make(remote: Remote(holdsValues));
        var hybrid = node.Hybrid();
        var seen = new List<Basket>();
        for (var i = 0; i < 4; i++)
        {
            var basket = await hybrid.GetOrCreateAsync("basket", _ => ValueTask.FromResult(new Basket { Items = ["a"] }), cancellationToken: Ct);
            Assert.Equal(["a"], basket.Items);
            basket.Items.Add("changed");
            seen.Add(basket);
        }

        Assert.Equal(4, seen.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public async Task SetAsync_MutableChangedAfterwards_CacheKeepsWhatWasSet()
    {
        await using var node = TestCache.Make();
        var basket = new Basket { Items = ["a"] };
        await node.Hybrid().SetAsync("basket", basket, cancellationToken: Ct);
        basket.Items.Add("changed");
        var found = await node.Hybrid().GetOrCreateAsync<Basket>("basket", _ => throw new InvalidOperationException("not loaded"), cancellationToken: Ct);
        Assert.Equal(["a"], found.Items);
    }

    [Fact]
    public async Task GetOrCreateAsync_InstanceSharedByITieredCache_IsCopied()
    {
        await using var node = TestCache.Make();
        var shared = new Basket { Items = ["a"] };
        await node.Cache.SetAsync("basket", shared, cancellationToken: Ct);
        for (var i = 0; i < 2; i++)
        {
            var found = await node.Hybrid().GetOrCreateAsync<Basket>("basket", _ => throw new InvalidOperationException("not loaded"), cancellationToken: Ct);
            Assert.NotSame(shared, found);
            Assert.Equal(["a"], found.Items);
            found.Items.Add("changed");
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_WaitersOfOneLoad_HaveInstancesOfTheirOwn()
    {
        await using var node = TestCache.Make();
        var gate = new TaskCompletionSource<Basket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        var waiting = Enumerable.Range(0, 8).Select(_ => node.Hybrid().GetOrCreateAsync("basket", _ =>
        {
            Interlocked.Increment(ref calls);
            return new ValueTask<Basket>(gate.Task);
        }, cancellationToken: Ct).AsTask()).ToArray();
        gate.SetResult(new Basket { Items = ["a"] });
        var baskets = await Task.WhenAll(waiting);
        Assert.Equal(1, calls);
        Assert.Equal(8, baskets.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(baskets, basket => Assert.Equal(["a"], basket.Items));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task GetOrCreateAsync_Immutable_IsShared(bool holdsValues)
    {
        await using var node = TestCache.Make(remote: Remote(holdsValues));
        var price = new Price(1);
        var text = new string('x', 20);
        Assert.Same(price, await node.Hybrid().GetOrCreateAsync("price", _ => ValueTask.FromResult(price), cancellationToken: Ct));
        Assert.Same(price, await node.Hybrid().GetOrCreateAsync("price", _ => ValueTask.FromResult(new Price(2)), cancellationToken: Ct));
        await node.Hybrid().SetAsync("text", text, cancellationToken: Ct);
        Assert.Same(text, await node.Hybrid().GetOrCreateAsync("text", _ => ValueTask.FromResult("other"), cancellationToken: Ct));
        Assert.Same(text, (await node.Cache.GetAsync<string>("text", cancellationToken: Ct)).Value);
    }

    private static InProcessRemote? Remote(bool holdsValues) => holdsValues ? new InProcessRemote(timeProvider: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56))) : null;
}
