using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DistributedCache.Serialization;

/// <summary>Finds types that System.Text.Json sees nothing in unless it is told to include fields.</summary>
internal static class FieldOnlyTypes
{
    /// <summary>
    /// Whether <paramref name="type"/>, an element or a property of it, has no properties for
    /// <paramref name="plain"/> but some for <paramref name="withFields"/>.
    /// </summary>
    public static bool Contains(Type type, JsonSerializerOptions plain, JsonSerializerOptions withFields)
    {
        var seen = new HashSet<Type>();
        return Search(type);

        bool Search(Type candidate)
        {
            candidate = Nullable.GetUnderlyingType(candidate) ?? candidate;
            if (!seen.Add(candidate) || !plain.TryGetTypeInfo(candidate, out var info)) return false;
            return info.Kind switch
            {
                JsonTypeInfoKind.Enumerable => Search(info.ElementType!),
                JsonTypeInfoKind.Dictionary => Search(info.ElementType!),
                JsonTypeInfoKind.Object when info.Properties.Count > 0 => info.Properties.Any(p => Search(p.PropertyType)),
                JsonTypeInfoKind.Object => withFields.TryGetTypeInfo(candidate, out var full) && full.Properties.Count > 0,
                _ => false,
            };
        }
    }
}
