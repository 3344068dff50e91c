using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Serialization;

namespace DistributedCache.Local;

/// <summary>
/// Adds up the objects a live value consists of, as far as System.Text.Json's metadata lead: their properties, the
/// elements of collections, and what collections allocate for themselves. It calls the getters a serialization would
/// call. An object reached twice counts twice, unless the options preserve references.
/// </summary>
internal sealed class WeightOfGraph
{
    // Serializers stop at this depth too. The nodes bound a cyclic value, which no serializer would take.
    private const int MaxDepth = 64;
    private const int MaxNodes = 1_000_000;

    private readonly WeightOfObject _objects = new();
    private readonly ConcurrentDictionary<JsonTypeInfo, WeightShape> _shapes = new();
    private readonly ConcurrentDictionary<JsonTypeInfo, WeightShape> _runtimeShapes = new();

    /// <exception cref="NotSupportedException">A part of it is of a type that nothing serializes.</exception>
    public long Weigh(object value, JsonTypeInfo info)
    {
        var walk = new Walk(this, info.Options);
        return walk.Node(value, ShapeOf(info), inline: false);
    }

    // A nullable struct is boxed as what it holds.
    private WeightShape ShapeOf(JsonTypeInfo info) => _shapes.GetOrAdd(info, static info =>
        WeightShape.Of(Nullable.GetUnderlyingType(info.Type) is { } held ? info.Options.GetTypeInfo(held) : info));

    /// <summary>What a value of <see cref="WeightKind.Dynamic"/> shape is; null where nothing describes its type.</summary>
    private WeightShape? RuntimeShapeOf(Type type, JsonSerializerOptions options)
    {
        if (WeightShape.IsLeaf(type)) return WeightShape.Leaf;
        if (type == typeof(object) || !options.TryGetTypeInfo(type, out var info)) return null;
        return _runtimeShapes.GetOrAdd(info, WeightShape.OfExact);
    }

    private sealed class Walk(WeightOfGraph graph, JsonSerializerOptions options)
    {
        private readonly HashSet<object>? _seen =
            options.ReferenceHandler is null ? null : new(ReferenceEqualityComparer.Instance);

        private int _depth;
        private int _nodes;

        public long Node(object? value, WeightShape shape, bool inline)
        {
            if (value is null || (inline && shape.Kind == WeightKind.Leaf)) return 0;
            if (value is string text) return WeightOfObject.String(text);
            if (WeightOfObject.TryPrimitiveArray(value, out var bytes)) return bytes;
            if (!inline && _seen?.Add(value) == false) return 0;

            bytes = inline || value is Array ? 0 : graph._objects.Of(value);
            if (_depth == MaxDepth || ++_nodes > MaxNodes) return bytes;
            _depth++;
            bytes += Inside(value, shape);
            _depth--;
            return bytes;
        }

        private long Inside(object value, WeightShape shape) => shape.Kind switch
        {
            WeightKind.Leaf => 0,
            WeightKind.Object => Object(value, shape),
            WeightKind.Sequence when value is IEnumerable sequence => Sequence(sequence, shape),
            WeightKind.Map when value is IDictionary map => Map(map, shape),
            WeightKind.Dynamic => graph.RuntimeShapeOf(value.GetType(), options) is { } known ? Inside(value, known) : 0,
            _ => Opaque(value, shape),
        };

        private long Object(object value, WeightShape shape)
        {
            long bytes = 0;
            foreach (var property in shape.Properties)
            {
                if (property.Get(value) is { } child)
                    bytes += Node(child, property.Shape ??= Child(property.Type), property.IsInline);
            }
            return bytes;
        }

        private long Sequence(IEnumerable sequence, WeightShape shape)
        {
            var elements = new Slot(this, shape.Info!.ElementType!, shape.Element ??= Child(shape.Info.ElementType!));
            var count = 0;
            foreach (var element in sequence)
            {
                count++;
                elements.Add(element);
                if (elements.IsLeaf && sequence is ICollection { Count: var all })
                {
                    count = all;
                    break;
                }
            }
            return elements.Bytes + (sequence is Array
                ? WeightOfObject.Array(count, elements.Size)
                : WeightOfContainer.Bytes(sequence.GetType(), count, elements.Size));
        }

        private long Map(IDictionary map, WeightShape shape)
        {
            var keys = new Slot(this, shape.Info!.KeyType!, shape.Key ??= Child(shape.Info.KeyType!));
            var values = new Slot(this, shape.Info.ElementType!, shape.Element ??= Child(shape.Info.ElementType!));
            foreach (DictionaryEntry entry in map)
            {
                keys.Add(entry.Key);
                values.Add(entry.Value);
                if (keys.IsLeaf && values.IsLeaf) break;
            }
            return keys.Bytes + values.Bytes
                + WeightOfContainer.Bytes(map.GetType(), map.Count, keys.Size + values.Size);
        }

        // Converters exist for texts and numbers mostly: two heap bytes for a character of theirs.
        private static long Opaque(object value, WeightShape shape)
        {
            switch (value)
            {
                case ReadOnlyMemory<byte> memory: return WeightOfObject.Array(memory.Length, sizeof(byte));
                case Memory<byte> memory: return WeightOfObject.Array(memory.Length, sizeof(byte));
            }
            using var counter = new CountingBufferWriter();
            using (var writer = new Utf8JsonWriter(counter))
                JsonSerializer.Serialize(writer, value, shape.Info!);
            return 2 * counter.WrittenCount;
        }

        private int Inline(object boxed) => graph._objects.Inline(boxed);

        private WeightShape Child(Type type) =>
            WeightShape.IsLeaf(type) ? WeightShape.Leaf
            // A source-generated context need not describe what it knows as a dictionary's key only.
            : type == typeof(string) ? WeightShape.Text
            : graph.ShapeOf(options.GetTypeInfo(type));

        /// <summary>The place in a collection's arrays that an element takes, and what stands behind it.</summary>
        private sealed class Slot(Walk walk, Type type, WeightShape shape)
        {
            private readonly bool _inline = type.IsValueType;

            public bool IsLeaf => shape.Kind == WeightKind.Leaf;

            public int Size { get; private set; } = type.IsValueType ? 0 : WeightOfObject.Reference;

            public long Bytes { get; private set; }

            public void Add(object? element)
            {
                if (Size == 0 && element is not null)
                {
                    Size = walk.Inline(element);
                    if (Nullable.GetUnderlyingType(type) is not null) Size += Math.Min(Size, 8);
                }
                Bytes += walk.Node(element, shape, _inline);
            }
        }
    }
}
