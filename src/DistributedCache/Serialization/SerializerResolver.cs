using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Serialization;

/// <summary>
/// The serializer of each type, found once. The order is HybridCache's: an <see cref="IHybridCacheSerializer{T}"/> in
/// the container, the last one registered; the built-in ones for <see cref="string"/> and byte arrays; the
/// <see cref="IHybridCacheSerializerFactory"/>s, the last one registered first; System.Text.Json.
/// </summary>
internal sealed class SerializerResolver
{
    // It takes every type and does what is done here after the last factory, only that its serializer keeps the
    // metadata to itself. It stands in the container where AddHybridCache was called too.
    private const string HybridCacheJson = "Microsoft.Extensions.Caching.Hybrid.Internal.DefaultJsonSerializerFactory";

    private readonly IServiceProvider _services;
    private readonly IHybridCacheSerializerFactory[] _factories;
    private readonly JsonSerializerOptions? _json;
    private readonly ConcurrentDictionary<Type, object?> _serializers = new();

    /// <param name="services">Where serializers, factories and keyed <see cref="JsonSerializerOptions"/> come from.</param>
    /// <param name="json">
    /// The options of this cache's JSON. Options registered for one type, keyed by <c>typeof(IHybridCacheSerializer&lt;T&gt;)</c>,
    /// go before; those for every type, keyed by <c>typeof(IHybridCacheSerializer&lt;&gt;)</c>, after; these two are
    /// HybridCache's. All are read-only from their first use on.
    /// </param>
    public SerializerResolver(IServiceProvider services, JsonSerializerOptions? json = null)
    {
        _services = services;
        _factories = [.. services.GetServices<IHybridCacheSerializerFactory>()
            .Where(f => f.GetType().FullName != HybridCacheJson).Reverse()];
        _json = json ?? KeyedJson(typeof(IHybridCacheSerializer<>));
    }

    /// <summary>
    /// The serializer of <typeparamref name="T"/>, or null where it has none: no registration, no factory that takes
    /// it, and no JSON metadata for it (under AOT, a type that is in no source-generated context).
    /// </summary>
    /// <remarks>
    /// What the container, a factory or the type's own JSON annotations throw passes through and is not remembered.
    /// Two threads that ask first at once may both ask a factory; one answer is kept.
    /// </remarks>
    public IHybridCacheSerializer<T>? Get<T>() =>
        (IHybridCacheSerializer<T>?)_serializers.GetOrAdd(typeof(T), static (_, self) => self.Resolve<T>(), this);

    private IHybridCacheSerializer<T>? Resolve<T>()
    {
        if (_services.GetService<IHybridCacheSerializer<T>>() is { } registered) return registered;
        // HybridCache registers these two, so no factory of its is ever asked for them either.
        if (RawSerializer.Instance is IHybridCacheSerializer<T> raw) return raw;
        foreach (var factory in _factories)
        {
            if (factory.TryCreateSerializer<T>(out var made)) return made;
        }
        return JsonTypeInfo<T>() is { } info ? new JsonValueSerializer<T>(info) : null;
    }

    private JsonTypeInfo<T>? JsonTypeInfo<T>()
    {
        var configured = KeyedJson(typeof(IHybridCacheSerializer<T>)) ?? _json;
        var options = configured ?? JsonReflection.Default;
        if (options is null || !JsonReflection.TryFreeze(options)) return null;
        // Only where nobody chose options: who did may mean to leave fields out.
        if (configured is null && JsonReflection.WithFields is { } withFields
            && FieldOnlyTypes.Contains(typeof(T), options, withFields))
            options = withFields;
        return options.TryGetTypeInfo(typeof(T), out var info) ? (JsonTypeInfo<T>)info : null;
    }

    private JsonSerializerOptions? KeyedJson(Type key) =>
        (_services as IKeyedServiceProvider)?.GetKeyedService(typeof(JsonSerializerOptions), key) as JsonSerializerOptions;
}
