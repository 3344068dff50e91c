using System.Globalization;
using System.Text;

namespace DistributedCache.Keys;

/// <summary>
/// The fields of a partition's hash that hold the sequence number of the last invalidation of a tag, a prefix or
/// everything. A tenant stands behind its length in UTF-8 bytes, so no two share a field.
/// </summary>
internal static class FieldNames
{
    /// <summary>The clear of everything, all tenants.</summary>
    public const string Clear = "*";

    public static string TenantClear(string tenant) =>
        string.Create(CultureInfo.InvariantCulture, $"*:{Encoding.UTF8.GetByteCount(tenant)}:{tenant}");

    public static string Tag(string tenant, ReadOnlySpan<char> tag) =>
        string.Create(CultureInfo.InvariantCulture, $"t:{Encoding.UTF8.GetByteCount(tenant)}:{tenant}:{tag}");

    /// <param name="tenant">The tenant, empty for none.</param>
    /// <param name="prefix">With its closing ':'.</param>
    public static string Prefix(string tenant, ReadOnlySpan<char> prefix) =>
        string.Create(CultureInfo.InvariantCulture, $"p:{Encoding.UTF8.GetByteCount(tenant)}:{tenant}:{prefix}");

    /// <summary>A version in use.</summary>
    public static string Version(string version) => "v:" + version;
}
