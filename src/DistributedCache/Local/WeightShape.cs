using System.Text.Json;
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

    private readonly Lazy<WeightProperty[]> _properties;

    private WeightShape(WeightKind kind, JsonTypeInfo? info)
    {
        Kind = kind;
        Info = info;
        // Lazily, since a type may contain itself.
        _properties = new(() => [.. Info!.Properties.Where(Counts).Select(p => new WeightProperty(p))]);
    }

    public WeightKind Kind { get; }

    /// <summary>Null only for a leaf.</summary>
    public JsonTypeInfo? Info { get; }

    public WeightProperty[] Properties => _properties.Value;

    public static WeightShape Of(JsonTypeInfo info)
    {
        if (IsLeaf(info.Type)) return Leaf;
        return new(
            info.Type == typeof(object) || info.PolymorphismOptions is not null ? WeightKind.Dynamic : info.Kind switch
            {
                JsonTypeInfoKind.Object => WeightKind.Object,
                JsonTypeInfoKind.Enumerable => WeightKind.Sequence,
                JsonTypeInfoKind.Dictionary => WeightKind.Map,
                _ => WeightKind.Opaque,
            },
            info);
    }

    /// <summary>The shape behind <see cref="WeightKind.Dynamic"/>, or null where nothing describes that type.</summary>
    public static WeightShape? OfRuntimeType(Type type, JsonSerializerOptions options)
    {
        if (IsLeaf(type)) return Leaf;
        if (type == typeof(object) || !options.TryGetTypeInfo(type, out var info)) return null;
        var shape = Of(info);
        return shape.Kind == WeightKind.Dynamic ? new(WeightKind.Object, info) : shape;
    }

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
