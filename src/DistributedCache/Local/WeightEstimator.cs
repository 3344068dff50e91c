using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Serialization;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Local;

/// <summary>
/// The heap bytes an entry takes: its key, its value, and what the store needs around them. Exact for strings, arrays
/// of primitives and structs without references; a walk over the live value where System.Text.Json describes the
/// type; serialized length times a learnt factor for the serializers that say nothing of the type.
/// </summary>
/// <param name="serializers">The same resolver the payloads are written with.</param>
/// <param name="onUnweighable">
/// Called once per type, the first time a value of it cannot be weighed: with what was thrown, or null where the type
/// has no serializer.
/// </param>
internal sealed class WeightEstimator(SerializerResolver serializers, Action<Type, Exception?>? onUnweighable = null)
{
    /// <summary>Bytes the store spends on an entry beside key and value.</summary>
    public const int EntryOverhead = 120;

    /// <summary>Bytes assumed for a value that cannot be weighed.</summary>
    public const int UnknownValue = 1024;

    private readonly WeightOfGraph _graph = new();
    private readonly ConcurrentDictionary<Type, object> _factors = new();
    private readonly ConcurrentDictionary<Type, bool> _reported = new();

    /// <summary>The entry's weight in bytes.</summary>
    public int Weigh<T>(string key, T value) => Weigh(key, value, serializedLength: null);

    /// <summary>The entry's weight in bytes, where its serialized length is known and need not be counted.</summary>
    public int Weigh<T>(string key, T value, int? serializedLength)
    {
        var weight = EntryOverhead + WeightOfObject.String(key) + Value(value, serializedLength);
        return (int)Math.Min(weight, int.MaxValue);
    }

    private long Value<T>(T value, int? serializedLength)
    {
        if (value is null) return 0;
        if (value is string text) return WeightOfObject.String(text);
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return WeightOfObject.Boxed(Unsafe.SizeOf<T>());
        if (WeightOfObject.TryPrimitiveArray(value, out var exact)) return exact;
        try
        {
            switch (serializers.Get<T>())
            {
                // A converter of the user's says nothing of the type either; object is whatever it is at run time.
                case IJsonSerializer json when json.TypeInfo.Kind != JsonTypeInfoKind.None || typeof(T) == typeof(object):
                    return _graph.Weigh(value, json.TypeInfo);
                case { } serializer:
                    return (long)FactorOf(serializer).Weigh(value, serializedLength ?? Count(serializer, value));
            }
            Report(typeof(T), null);
        }
        catch (Exception exception)
        {
            Report(typeof(T), exception);
        }
        return UnknownValue;
    }

    private WeightFactor<T> FactorOf<T>(IHybridCacheSerializer<T> serializer) =>
        (WeightFactor<T>)_factors.GetOrAdd(
            typeof(T),
            static (type, made) => new WeightFactor<T>(made.serializer, e => made.self.Report(type, e)),
            (serializer, self: this));

    private static long Count<T>(IHybridCacheSerializer<T> serializer, T value)
    {
        using var counter = new CountingBufferWriter();
        serializer.Serialize(value, counter);
        return counter.WrittenCount;
    }

    private void Report(Type type, Exception? exception)
    {
        if (_reported.TryAdd(type, true)) onUnweighable?.Invoke(type, exception);
    }
}
