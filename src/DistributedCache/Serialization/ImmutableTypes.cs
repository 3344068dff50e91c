using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DistributedCache.Serialization;

/// <summary>
/// Which types may be handed to several callers as one instance where the others must be isolated by a copy each.
/// The rule is HybridCache's: <see cref="string"/>, structs without references (copied by being returned), and sealed
/// classes or structs that say so with <c>[ImmutableObject(true)]</c>. An unsealed type could be anything at run time.
/// </summary>
internal static class ImmutableTypes
{
    public static bool IsImmutable<T>() => Memo<T>.IsImmutable;

    private static bool Decide<T>()
    {
        if (typeof(T) == typeof(string)) return true;
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return true;
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return (type.IsValueType || (type.IsClass && type.IsSealed))
            && type.GetCustomAttribute<ImmutableObjectAttribute>() is { Immutable: true };
    }

    private static class Memo<T>
    {
        public static readonly bool IsImmutable = Decide<T>();
    }
}
