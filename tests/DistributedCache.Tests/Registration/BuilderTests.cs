using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.Registration;

public class BuilderTests
{
    [Fact]
    public void AddProfile_TwiceInAnyCase_GoesOnWithTheSame()
    {
        using var provider = new ServiceCollection().AddTieredCache()
            .AddProfile("catalog", p => p.Keys = ["product:"])
            .AddProfile("Catalog", p => p.Isolate = true)
            .AddProfile("session")
            .Services.BuildServiceProvider();

        var profiles = provider.GetRequiredService<IOptions<TieredCacheOptions>>().Value.Profiles;

        Assert.Equal(["catalog", "Default", "session"], profiles.Keys.Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal(["product:"], profiles["catalog"].Keys);
        Assert.True(profiles["catalog"].Isolate);
    }

    [Fact]
    public void AddProfile_Default_SetsWhatHoldsForAll()
    {
        using var provider = new ServiceCollection().AddTieredCache().AddProfile("default", p => p.Isolate = true).Services.BuildServiceProvider();

        Assert.True(Assert.Single(provider.GetRequiredService<IOptions<TieredCacheOptions>>().Value.Profiles).Value.Isolate);
    }

    [Fact]
    public void AddProfile_OfANamedCache_IsInThatOne()
    {
        var services = new ServiceCollection();
        services.AddTieredCache();
        services.AddTieredCache("orders").AddProfile("catalog");
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>();

        Assert.Contains("catalog", options.Get("orders").Profiles);
        Assert.DoesNotContain("catalog", options.Get("").Profiles);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void AddProfile_BlankName_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTieredCache().AddProfile(name));

    [Fact]
    public void AddSerializer_InstanceAndType_LastIsFound()
    {
        var mine = new IntSerializer();
        using var first = new ServiceCollection().AddTieredCache().AddSerializer(mine).Services.BuildServiceProvider();
        using var second = new ServiceCollection().AddTieredCache().AddSerializer(mine).AddSerializer<int, IntSerializer>().Services.BuildServiceProvider();

        Assert.Same(mine, first.GetRequiredService<IHybridCacheSerializer<int>>());
        Assert.NotSame(mine, second.GetRequiredService<IHybridCacheSerializer<int>>());
    }

    [Fact]
    public void AddSerializerFactory_InstanceAndType_BothAreFound()
    {
        var mine = new NoFactory();
        using var provider = new ServiceCollection().AddTieredCache().AddSerializerFactory(mine).AddSerializerFactory<NoFactory>().Services.BuildServiceProvider();

        var found = provider.GetServices<IHybridCacheSerializerFactory>().ToList();

        Assert.Equal(2, found.Count);
        Assert.Same(mine, found[0]);
    }

    [Fact]
    public void WithJsonOptions_Unnamed_AreWhereHybridCachesAre()
    {
        var json = new JsonSerializerOptions();
        var mine = new JsonSerializerOptions();
        var services = new ServiceCollection();
        services.AddTieredCache().WithJsonOptions(new()).WithJsonOptions(json);
        services.AddTieredCache("orders").WithJsonOptions(mine);
        using var provider = services.BuildServiceProvider();

        Assert.Same(json, provider.GetRequiredKeyedService<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>)));
        Assert.Same(mine, provider.GetRequiredKeyedService<JsonSerializerOptions>("orders"));
    }

    private sealed class IntSerializer : IHybridCacheSerializer<int>
    {
        public int Deserialize(ReadOnlySequence<byte> source) => source.FirstSpan[0];

        public void Serialize(int value, IBufferWriter<byte> target) => target.Write([(byte)value]);
    }

    private sealed class NoFactory : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = null;
            return false;
        }
    }
}
