using System.Buffers;
using System.Text;
using DistributedCache.Keys;
using DistributedCache.Remote;
using DistributedCache.Tests.Entries;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Pipeline;

/// <summary>Values above a profile's limit are small in the remote tier, and whole to every caller.</summary>
public class CompressedValueTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 3000));

    private static Action<TieredCacheOptions> Above(int bytes) => o =>
    {
        o.Profiles["Default"].CompressAbove = bytes;
        o.Profiles["session"] = new() { Keys = ["s:"], Primary = true };
        o.Profiles["own"] = new() { Keys = ["o:"], Isolate = true };
    };

    [Theory]
    [InlineData("a")]
    [InlineData("s:1")]
    [InlineData("o:1")]
    public async Task Set_AboveTheLimit_IsReadWholeByAnotherNode(string key)
    {
        await using var two = TwoNodes.Make(configure: Above(1000));
        await two.A.Set(key, Long);
        Assert.Equal(Long, (await two.B.Find<string>(key)).Value);
    }

    [Fact]
    public async Task Load_AboveTheLimit_IsReadWholeByAnotherNode()
    {
        await using var two = TwoNodes.Make(configure: Above(1000));
        await two.A.Load("a", Long);
        Assert.Equal(Long, await two.B.Load("a", "another"));
    }

    [Fact]
    public async Task DistributedSet_AboveTheLimit_IsReadWholeByAnotherNode()
    {
        await using var two = TwoNodes.Make(configure: Above(1000));
        var stop = TestContext.Current.CancellationToken;
        await two.NodeA.Services.GetRequiredService<IDistributedCache>().SetAsync("a", Encoding.UTF8.GetBytes(Long), new(), stop);
        Assert.Equal(Long, Encoding.UTF8.GetString((await two.NodeB.Services.GetRequiredService<IDistributedCache>().GetAsync("a", stop))!));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 3)]
    public async Task Load_CodecUnknownOrPayloadDamaged_IsACountedMiss(byte codec, int cut)
    {
        await using var two = TwoNodes.Make(configure: Above(1000));
        await two.A.Set("a", Long);
        var tier = (IRemoteTier)two.Remote;
        var damaged = new FailingRemote(tier, _ => false) { Read = key => DamageAsync(tier, key, codec, cut) };
        await using var node = TestCache.Make(Above(1000), null, two.Time, services => services.AddSingleton<IRemoteTier>(damaged));
        Assert.False((await node.Cache.Find<string>("a")).HasValue);
    }

    private static async ValueTask<RemoteValue?> DamageAsync(IRemoteTier tier, CacheKey key, byte codec, int cut)
    {
        using var value = await tier.GetAsync(key, default);
        var sample = Sample.Read(value!.Value.Bytes.ToArray(), out _)!;
        var bytes = (sample with { Codec = codec, Payload = sample.Payload[..^cut] }).Write();
        return new RemoteValue(new(bytes), null);
    }
}
