using System.Text.Json.Serialization.Metadata;

namespace DistributedCache.Local;

internal enum WeightKind
{
    /// <summary>A struct without references: nothing beyond its own bytes.</summary>
    Leaf,
    Object,
    Sequence,
    Map,

    /// <summary>Known by its run-time type only: <see cref="object"/>, polymorphic bases.</summary>
    Dynamic,

    /// <summary>Behind a converter: metadata says nothing of its inside.</summary>
    Opaque,
}

/// <summary>How to find what an object of one type refers to, read once from the serializer's metadata.</summary>
internal sealed class WeightShape
{
    public static readonly WeightShape Leaf = new(WeightKind.Leaf, null);

    /// <summary>Strings, which are weighed before their shape is looked at.</summary>
    public static readonly WeightShape Text = new(WeightKind.Opaque, null);

    private readonly Lazy<WeightProperty[]> _properties;

    private WeightShape(WeightKind kind, JsonTypeInfo? info)
    {
        Kind = kind;
        Info = info;
        // Lazily, since a type may contain itself.
        _properties = new(() => [.. Info!.Properties.Where(Counts).Select(p => new WeightProperty(p))]);
    }

    public WeightKind Kind { get; }

    /// <summary>Null only for a leaf and for text.</summary>
    public JsonTypeInfo? Info { get; }

    public WeightProperty[] Properties => _properties.Value;

    /// <summary>Of a collection's elements, once looked up; two threads that look it up at once find the same.</summary>
    public WeightShape? Element { get; set; }

    /// <summary>Of a dictionary's keys, once looked up.</summary>
    public WeightShape? Key { get; set; }

    public static WeightShape Of(JsonTypeInfo info) =>
        info.Type == typeof(object) || info.PolymorphismOptions is not null ? new(WeightKind.Dynamic, info) : OfExact(info);

    /// <summary>The shape where the run-time type is known to be this one.</summary>
    public static WeightShape OfExact(JsonTypeInfo info) => new(
        info.Kind switch
        {
            JsonTypeInfoKind.Object => WeightKind.Object,
            JsonTypeInfoKind.Enumerable => WeightKind.Sequence,
            JsonTypeInfoKind.Dictionary => WeightKind.Map,
            _ => WeightKind.Opaque,
        },
        info);

    public static bool IsLeaf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // The core library's plain structs (Guid, DateTime, decimal …) hold no references; its generic ones may.
        return type.IsPrimitive || type.IsEnum
            || (type.IsValueType && !type.IsGenericType && type.Assembly == typeof(object).Assembly);
    }

    private static bool Counts(JsonPropertyInfo property) => property.Get is not null && !IsLeaf(property.PropertyType);
}

/// <summary>A property that refers to something.</summary>
internal sealed class WeightProperty(JsonPropertyInfo property)
{
    public Type Type => property.PropertyType;

    /// <summary>Of its values, once looked up.</summary>
    public WeightShape? Shape { get; set; }

    public bool IsInline => property.PropertyType.IsValueType;

    // Neither settable nor a constructor's parameter: a collection made in place, or computed at every call.
    private readonly bool _mayBeComputed = property is { Set: null, AssociatedParameter: null };

    /// <summary>The value the object keeps; null where the getter makes a new one whenever it is asked.</summary>
    public object? Get(object owner)
    {
        var value = property.Get!(owner);
        return _mayBeComputed && (IsInline || !ReferenceEquals(value, property.Get(owner))) ? null : value;
    }
}
