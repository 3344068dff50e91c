namespace DistributedCache.Keys;

/// <summary>A logical key with everything that says where it lives.</summary>
/// <param name="Kind">Cached, primary, or from <c>IDistributedCache</c>.</param>
/// <param name="Tenant">The tenant; empty for none.</param>
/// <param name="Name">The key as the user wrote it.</param>
/// <param name="Index">The name under which L1, flights and messages know it: one string for kind, tenant and name.</param>
/// <param name="Version">The version its entries live under.</param>
/// <param name="Partition">The partition its tenant and name hash to.</param>
internal readonly record struct CacheKey(KeyKind Kind, string Tenant, string Name, string Index, string Version, int Partition)
{
    // Keys and tenants hold no control characters, so these can't be met in them: the three forms never collide. What comes through
    // IDistributedCache may hold anything, and has a first character of its own.
    private const char DistributedMark = '\u0001';
    private const char TenantMark = '\u0002';

    /// <summary>Whether a key that was not checked yet may be its own index. One that begins as another's index does would find what is
    /// another tenant's, or what came through <c>IDistributedCache</c>.</summary>
    public static bool IsPlain(ReadOnlySpan<char> key) => key.Length > 0 && key[0] > TenantMark;

    public bool IsPrimary => Kind != KeyKind.Cached;

    /// <summary>The index of a key. Cached and primary keys share it: a key's profile says which it is.</summary>
    public static string IndexOf(KeyKind kind, string tenant, string name) => kind == KeyKind.Distributed
        ? $"{DistributedMark}{name}"
        : tenant.Length == 0 ? name : $"{TenantMark}{tenant}{TenantMark}{name}";

    /// <summary>How many characters <see cref="WriteIndex"/> writes.</summary>
    public static int IndexLength(string tenant, int nameLength) => tenant.Length == 0 ? nameLength : tenant.Length + nameLength + 2;

    /// <summary>Writes the index of a tenant's key where a hit must make no string.</summary>
    public static void WriteIndex(string tenant, ReadOnlySpan<char> name, Span<char> index)
    {
        index[0] = TenantMark;
        tenant.CopyTo(index[1..]);
        index[tenant.Length + 1] = TenantMark;
        name.CopyTo(index[(tenant.Length + 2)..]);
    }

    /// <summary>The name in an index that <see cref="IndexOf"/> made for <c>IDistributedCache</c>.</summary>
    public static void WriteDistributedIndex(ReadOnlySpan<char> name, Span<char> index)
    {
        index[0] = DistributedMark;
        name.CopyTo(index[1..]);
    }
}
