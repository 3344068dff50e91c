using System.Buffers;
using System.Text;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>No tier and no payload fails a caller of HybridCache: the factory runs. The factory's own failure is the caller's.</summary>
public class HybridFailureTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task GetOrCreateAsync_PayloadThatCannotBeRead_RunsItsFactory(bool holdsValues)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var serializer = new PickySerializer();
        await using var node = TestCache.Make(
            remote: new InProcessRemote(holdsValues, timeProvider: time), time: time, services: s => s.AddSingleton<IHybridCacheSerializer<Basket>>(serializer));
        await node.Hybrid().SetAsync("basket", new Basket { Items = ["garbage"] }, cancellationToken: Ct);
        Assert.Equal(["good"], (await Load(node, "good")).Items);
        Assert.Equal(["good"], (await Load(node, "other")).Items);
    }

    [Fact]
    public async Task GetOrCreateAsync_ValueThatCannotBeWritten_RunsItsFactoryEachTime()
    {
        await using var node = TestCache.Make(services: s => s.AddSingleton<IHybridCacheSerializer<Basket>>(new PickySerializer()));
        Assert.Equal(["unwritable"], (await Load(node, "unwritable")).Items);
        await node.Hybrid().SetAsync("basket", new Basket { Items = ["unwritable"] }, cancellationToken: Ct);
        Assert.Equal(["good"], (await Load(node, "good")).Items);
    }

    [Fact]
    public async Task AnyCall_TierAway_GoesOnWithoutIt()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new UnreliableRemote(new InProcessRemote(timeProvider: time));
        await using var node = TestCache.Make(time: time, services: s => s.AddSingleton<IRemoteTier>(remote));
        await Load(node, "before");
        remote.IsAway = true;
        Assert.Equal(["before"], (await Load(node, "other")).Items);
        await node.Hybrid().SetAsync("basket", new Basket(), cancellationToken: Ct);
        Assert.Equal(["loaded"], (await Load(node, "loaded")).Items);
        await node.Hybrid().RemoveAsync("basket", Ct);
        await node.Hybrid().RemoveAsync(["basket", "b"], Ct);
        await node.Hybrid().RemoveByTagAsync(["t", "*"], Ct);
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryFails_CallerSeesThat()
    {
        await using var node = TestCache.Make();
        var failure = new InvalidDataException("the source's");
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(async () => await node.Hybrid().GetOrCreateAsync<int>("k", _ => throw failure, cancellationToken: Ct)));
        Assert.Equal(1, await node.Hybrid().GetOrCreateAsync("k", _ => ValueTask.FromResult(1), cancellationToken: Ct));
    }

    [Fact]
    public async Task GetOrCreateAsync_Cancelled_Throws()
    {
        await using var node = TestCache.Make();
        await node.Hybrid().SetAsync("k", 1, cancellationToken: Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Hybrid().GetOrCreateAsync("k", _ => ValueTask.FromResult(1), cancellationToken: new CancellationToken(true)));
    }

    private static ValueTask<Basket> Load(TestCache node, string item) =>
        node.Hybrid().GetOrCreateAsync("basket", item, static (i, _) => ValueTask.FromResult(new Basket { Items = [i] }), cancellationToken: Ct);

    /// <summary>Writes what it then can't read, and refuses to write some.</summary>
    private sealed class PickySerializer : IHybridCacheSerializer<Basket>
    {
        public Basket Deserialize(ReadOnlySequence<byte> source)
        {
            var text = Encoding.UTF8.GetString(source);
            return text == "garbage" ? throw new FormatException("no basket") : new Basket { Items = [text] };
        }

        public void Serialize(Basket value, IBufferWriter<byte> target)
        {
            if (value.Items is ["unwritable"]) throw new FormatException("not to be written");
            target.Write(Encoding.UTF8.GetBytes(string.Concat(value.Items)));
        }
    }
}
