using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace DistributedCache.Local;

/// <summary>
/// The heap bytes of single objects on a 64-bit runtime: a header and a method table of 8 bytes each, the fields,
/// all rounded up to 8. What they refer to is not part of it.
/// </summary>
internal sealed class WeightOfObject
{
    public const int Reference = 8;
    public const int Header = 16;
    private const int ArrayHeader = 24;

    private readonly ConcurrentDictionary<Type, int> _sizes = new();

    /// <summary>A string's length field is 4 bytes and a terminating null 2. The empty one is a singleton.</summary>
    public static long String(string value) => value.Length == 0 ? 0 : Align(22 + 2L * value.Length);

    public static long Array(double elements, int elementSize) => Align(ArrayHeader + (long)(elements * elementSize));

    public static long Boxed(int size) => Align(Header + size);

    public static bool TryPrimitiveArray(object value, out long bytes)
    {
        bytes = 0;
        if (value is not System.Array array || !value.GetType().GetElementType()!.IsPrimitive) return false;
        bytes = Align(ArrayHeader + Buffer.ByteLength(array));
        return true;
    }

    /// <summary>The object alone.</summary>
    /// <exception cref="ArgumentException">An array or a string, whose size is not its type's.</exception>
    public int Of(object value)
    {
        // More than a wrong number: a shallow copy of a string writes past the object it allocated.
        if (value is string or System.Array)
            throw new ArgumentException($"The size of a {value.GetType()} is that of its value, not of its type.", nameof(value));
        var type = value.GetType();
        return _sizes.TryGetValue(type, out var size) ? size : _sizes.GetOrAdd(type, Measure(value));
    }

    /// <summary>The bytes a boxed struct takes where it stands unboxed in an array or a field.</summary>
    public int Inline(object boxed) => Type.GetTypeCode(boxed.GetType()) switch
    {
        TypeCode.Boolean or TypeCode.Byte or TypeCode.SByte => 1,
        TypeCode.Char or TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 4,
        TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double or TypeCode.DateTime => 8,
        _ => Of(boxed) - Header,
    };

    private static long Align(long bytes) => (bytes + 7) & ~7L;

    // A shallow copy allocates exactly what the object takes and runs none of its code; there is no field metadata to
    // sum up under AOT. The copy must not finalize what the original still uses.
    private static int Measure(object value)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var copy = MemberwiseClone(value);
        var after = GC.GetAllocatedBytesForCurrentThread();
#pragma warning disable CA1816 // It is no disposal: the copy is dropped.
        GC.SuppressFinalize(copy);
#pragma warning restore CA1816
        return (int)(after - before);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "MemberwiseClone")]
    private static extern object MemberwiseClone(object value);
}
