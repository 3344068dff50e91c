using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Serialization;

/// <summary>Which serializer a type gets: the order is HybridCache's.</summary>
public sealed class SerializerResolverTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public void Get_SeveralRegistered_IsTheLast()
    {
        var last = new Named<Thing>("last");
        _services.AddSingleton<IHybridCacheSerializer<Thing>>(new Named<Thing>("first"));
        _services.AddSingleton<IHybridCacheSerializer<Thing>>(last);

        Assert.Same(last, Resolver().Get<Thing>());
    }

    [Fact]
    public void Get_RegisteredAndFactory_IsTheRegistered()
    {
        var registered = new Named<Thing>("registered");
        var factory = new Factory("factory");
        _services.AddSingleton<IHybridCacheSerializer<Thing>>(registered);
        _services.AddSingleton<IHybridCacheSerializerFactory>(factory);

        Assert.Same(registered, Resolver().Get<Thing>());
        Assert.Empty(factory.Asked);
    }

    [Fact]
    public void Get_SeveralFactories_AsksTheLastFirst()
    {
        var first = new Factory("first");
        var second = new Factory("second");
        var third = new Factory("third", accepts: false);
        _services.AddSingleton<IHybridCacheSerializerFactory>(first);
        _services.AddSingleton<IHybridCacheSerializerFactory>(second);
        _services.AddSingleton<IHybridCacheSerializerFactory>(third);

        Assert.Equal("second", Assert.IsType<Named<Thing>>(Resolver().Get<Thing>()).Name);
        Assert.Equal([typeof(Thing)], third.Asked);
        Assert.Empty(first.Asked);
    }

    [Fact]
    public void Get_StringAndBytes_AreBuiltInBeforeFactories()
    {
        var factory = new Factory("factory");
        _services.AddSingleton<IHybridCacheSerializerFactory>(factory);
        var resolver = Resolver();

        Assert.IsType<RawSerializer>(resolver.Get<string>());
        Assert.IsType<RawSerializer>(resolver.Get<byte[]>());
        Assert.Empty(factory.Asked);
    }

    [Fact]
    public void Get_RegisteredForString_IsTheRegistered()
    {
        var registered = new Named<string>("registered");
        _services.AddSingleton<IHybridCacheSerializer<string>>(registered);

        Assert.Same(registered, Resolver().Get<string>());
    }

    [Fact]
    public void Get_NoFactoryTakesIt_IsJson()
    {
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("none", accepts: false));

        Assert.Equal("""{"Name":"n"}""", Written(Resolver(), new Thing("n")));
    }

    [Fact]
    public void Get_HybridCachesJsonFactory_IsPassedOverForItsEqual()
    {
        _services.AddSingleton<IHybridCacheSerializerFactory, Microsoft.Extensions.Caching.Hybrid.Internal.DefaultJsonSerializerFactory>();

        Assert.IsType<JsonValueSerializer<Thing>>(Resolver().Get<Thing>());
    }

    [Fact]
    public void Get_AskedAgain_IsTheSameAndAsksNobody()
    {
        var factory = new Factory("factory");
        _services.AddSingleton<IHybridCacheSerializerFactory>(factory);
        var resolver = Resolver();

        Assert.Same(resolver.Get<Thing>(), resolver.Get<Thing>());
        Assert.Single(factory.Asked);
    }

    [Fact]
    public void Get_NoMetadata_IsNull()
    {
        var resolver = Resolver(new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() });

        Assert.Null(resolver.Get<Thing>());
        Assert.Null(resolver.Get<Thing>());
        Assert.NotNull(resolver.Get<string>());
    }

    [Fact]
    public void Get_FactoryThrows_ThrowsAndIsAskedAgain()
    {
        var factory = new Factory("factory") { Failure = new FormatException("no") };
        _services.AddSingleton<IHybridCacheSerializerFactory>(factory);
        var resolver = Resolver();

        Assert.Throws<FormatException>(() => resolver.Get<Thing>());
        factory.Failure = null;
        Assert.IsType<Named<Thing>>(resolver.Get<Thing>());
    }

    [Fact]
    public void Get_KeyedJsonOptions_GoFromTheTypesOwnOverTheCachesToThoseForAll()
    {
        _services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), Policy(JsonNamingPolicy.CamelCase));
        Assert.Equal("""{"name":"n"}""", Written(Resolver(), new Thing("n")));

        var cache = Policy(JsonNamingPolicy.KebabCaseUpper);
        Assert.Equal("""{"NAME":"n"}""", Written(Resolver(cache), new Thing("n")));

        _services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Thing>), Policy(JsonNamingPolicy.CamelCase));
        Assert.Equal("""{"name":"n"}""", Written(Resolver(cache), new Thing("n")));
        Assert.Equal("""{"SIZE":1}""", Written(Resolver(cache), new Other(1)));

        static JsonSerializerOptions Policy(JsonNamingPolicy policy) => new() { PropertyNamingPolicy = policy };
    }

    [Fact]
    public void Get_OptionsOfTheCache_AreUsed()
    {
        var resolver = Resolver(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });

        Assert.Equal("""{"name":"n"}""", Written(resolver, new Thing("n")));
    }

    [Fact]
    public void Get_Options_AreFrozenSoThatATypeIsDescribedOnce()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var serializer = Assert.IsType<JsonValueSerializer<Thing>>(Resolver(options).Get<Thing>());

        Assert.True(options.IsReadOnly);
        Assert.Same(serializer.TypeInfo, options.GetTypeInfo(typeof(Thing)));
    }

    [Fact]
    public void Get_FieldOnlyTypes_KeepTheirFields()
    {
        RoundTrip((1, "one"));
        RoundTrip(((int, string)?)(2, "two"));
        RoundTrip(new List<(int, string)> { (3, "three") });
        RoundTrip(new Dictionary<string, (int, string)> { ["k"] = (4, "four") });
        RoundTrip(new Pair((5, "five")));

        void RoundTrip<T>(T value)
        {
            var serializer = Resolver().Get<T>()!;
            var buffer = new ArrayBufferWriter<byte>();
            serializer.Serialize(value, buffer);
            Assert.Equal(value, serializer.Deserialize(new(buffer.WrittenMemory)));
        }
    }

    [Fact]
    public async Task Get_ManyThreadsAtOnce_AllGetTheSame()
    {
        _services.AddSingleton<IHybridCacheSerializerFactory>(new Factory("factory"));
        var resolver = Resolver();
        using var start = new ManualResetEventSlim();

        var asked = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            start.Wait(TestContext.Current.CancellationToken);
            return resolver.Get<Thing>();
        })).ToArray();
        start.Set();

        Assert.Single((await Task.WhenAll(asked)).Distinct());
    }

    private SerializerResolver Resolver(JsonSerializerOptions? json = null) => new(_services.BuildServiceProvider(), json);

    private static string Written<T>(SerializerResolver resolver, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        resolver.Get<T>()!.Serialize(value, buffer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private sealed record Thing(string Name);

    private sealed record Other(int Size);

    private sealed record Pair((int, string) Value);

    private sealed class Named<T>(string name) : IHybridCacheSerializer<T>
    {
        public string Name => name;

        public T Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException();

        public void Serialize(T value, IBufferWriter<byte> target) => throw new NotSupportedException();
    }

    private sealed class Factory(string name, bool accepts = true) : IHybridCacheSerializerFactory
    {
        public List<Type> Asked { get; } = [];

        public Exception? Failure { get; set; }

        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            lock (Asked) Asked.Add(typeof(T));
            if (Failure is not null) throw Failure;
            serializer = accepts ? new Named<T>(name) : null;
            return accepts;
        }
    }
}
