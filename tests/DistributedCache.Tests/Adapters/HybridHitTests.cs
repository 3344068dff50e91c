using System.Buffers;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Adapters;

/// <summary>What a hit costs: nothing on the heap for an immutable value, one deserialization for a mutable one.</summary>
public class HybridHitTests
{
    private const int Hits = 10_000;
    private static readonly string[] Tags = ["t"];
    private static readonly HybridCacheEntryOptions Options = new() { Expiration = TimeSpan.FromMinutes(2), LocalCacheExpiration = TimeSpan.FromMinutes(1) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetOrCreateAsync_ImmutableHitByString_AllocatesNothing()
    {
        await using var node = TestCache.Make();
        var hybrid = node.Hybrid();
        Assert.Equal(0, AllocatedBy(() => Done(hybrid.GetOrCreateAsync("text", 1, static (_, _) => ValueTask.FromResult("a"), Options, Tags, CancellationToken.None))));
    }

    [Fact]
    public async Task GetOrCreateAsync_ImmutableHitBySpan_AllocatesNothing()
    {
        await using var node = TestCache.Make();
        var hybrid = node.Hybrid();
        Assert.Equal(0, AllocatedBy(() => Done(hybrid.GetOrCreateAsync("text:1".AsSpan(), 1, static (_, _) => ValueTask.FromResult("a"), Options, Tags, CancellationToken.None))));
    }

    [Fact]
    public async Task GetOrCreateAsync_ImmutableHitByInterpolatedKey_AllocatesNothing()
    {
        await using var node = TestCache.Make();
        var hybrid = node.Hybrid();
        var id = "42"; // A number would be boxed until its formatting has been compiled for good.
        Assert.Equal(0, AllocatedBy(() => Done(hybrid.GetOrCreateAsync($"text:{id}", 1, static (_, _) => ValueTask.FromResult("a"), Options, Tags, CancellationToken.None))));
    }

    [Fact]
    public async Task GetOrCreateAsync_MutableHit_DeserializesOnce()
    {
        var serializer = new CountingSerializer();
        await using var node = TestCache.Make(services: s => s.AddSingleton<IHybridCacheSerializer<Basket>>(serializer));
        for (var i = 1; i <= 3; i++)
        {
            await node.Hybrid().GetOrCreateAsync("basket", _ => ValueTask.FromResult(new Basket()), cancellationToken: Ct);
            Assert.Equal((i - 1, 1), (serializer.Reads, serializer.Writes));
        }
    }

    private static string Done(ValueTask<string> call)
    {
        Assert.True(call.IsCompletedSuccessfully);
        return call.Result;
    }

    /// <summary>The least of several rounds: the runtime's own work on this thread may fall into one.</summary>
    private static long AllocatedBy(Func<string> hit)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 100; i++) hit();
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Hits; i++) hit();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class CountingSerializer : IHybridCacheSerializer<Basket>
    {
        public int Reads { get; private set; }

        public int Writes { get; private set; }

        public Basket Deserialize(ReadOnlySequence<byte> source)
        {
            Reads++;
            return new Basket();
        }

        public void Serialize(Basket value, IBufferWriter<byte> target)
        {
            Writes++;
            target.Write<byte>([1]);
        }
    }
}
