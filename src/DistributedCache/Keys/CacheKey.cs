using System.Runtime.InteropServices;

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
    // Keys and tenants hold no control characters, so these can't be met in them: the forms never collide. What comes through
    // IDistributedCache may hold anything, and has a first character of its own.
    private const char DistributedMark = '\u0001';
    private const char TenantMark = '\u0002';
    private const char RenewalMark = '\u0003';
    private const char HexMark = '\u0004';

    /// <summary>Where L1 notes that this node has renewed the key's entry in the remote tier.</summary>
    public string RenewalIndex => $"{RenewalMark}{Index}";

    /// <summary>Whether a name can't be mistaken for the index of another kind or tenant: asked before a look-up with an unchecked name.</summary>
    public static bool IsOwnIndex(ReadOnlySpan<char> name) => name.Length > 0 && name[0] > HexMark;

    public bool IsPrimary => Kind != KeyKind.Cached;

    /// <summary>The index of a key. Cached and primary keys share it: a key's profile says which it is. A name through
    /// <c>IDistributedCache</c> that has no UTF-8 stands in hexadecimal: as U+FFFD two of them would be one.</summary>
    public static string IndexOf(KeyKind kind, string tenant, string name) => kind == KeyKind.Distributed
        ? IsWellFormed(name) ? $"{DistributedMark}{name}" : $"{HexMark}{Convert.ToHexString(MemoryMarshal.AsBytes(name.AsSpan()))}"
        : tenant.Length == 0 ? name : $"{TenantMark}{tenant}{TenantMark}{name}";

    /// <summary>What <see cref="IndexOf"/> made an index of; false for what is no key's, or stands in hexadecimal. A primary key's says
    /// that it is cached, since both share it.</summary>
    public static bool TryParse(string index, out KeyKind kind, out string tenant, out string name)
    {
        (kind, tenant, name) = (KeyKind.Cached, "", index);
        if (IsOwnIndex(index)) return true;
        if (index.Length == 0 || index[0] is RenewalMark or HexMark) return false;
        var end = index[0] == TenantMark ? index.IndexOf(TenantMark, 1) : 0;
        if (end < 0) return false;
        (kind, tenant, name) = end == 0 ? (KeyKind.Distributed, "", index[1..]) : (KeyKind.Cached, index[1..end], index[(end + 1)..]);
        return true;
    }

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

    /// <summary>Whether every surrogate has its other half.</summary>
    private static bool IsWellFormed(ReadOnlySpan<char> name)
    {
        for (var at = name.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0; at = name.IndexOfAnyInRange('\uD800', '\uDFFF'))
        {
            if (at + 1 == name.Length || !char.IsSurrogatePair(name[at], name[at + 1])) return false;
            name = name[(at + 2)..];
        }

        return true;
    }
}
