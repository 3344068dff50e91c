using System.Globalization;
using System.Text;

namespace DistributedCache.Keys;

/// <summary>
/// The partition of a key, a tag or a prefix: CRC-16 of the UTF-8 text <c>length:tenant:name</c>, modulo the number of
/// partitions, where length is the tenant's in bytes. No allocation.
/// </summary>
internal readonly struct Partitioner
{
    public const int MaxPartitions = Crc16.Slots;

    private static readonly ushort NoTenant = Compute("");

    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 16,384.</exception>
    public Partitioner(int partitions)
    {
        if (partitions is < 1 or > MaxPartitions)
            throw new ArgumentOutOfRangeException(
                nameof(partitions), partitions, "The number of partitions is 1 to 16,384.");
        Partitions = partitions;
    }

    public int Partitions { get; }

    public int OfKey(string tenant, ReadOnlySpan<char> key) => Of(Checksum(tenant), key);

    public int OfTag(string tenant, ReadOnlySpan<char> tag) => Of(Checksum(tenant), tag);

    /// <param name="tenant">The tenant, empty for none.</param>
    /// <param name="prefix">With its closing ':'.</param>
    public int OfPrefix(string tenant, ReadOnlySpan<char> prefix) => Of(Checksum(tenant), prefix);

    /// <summary>Of a key, tag or prefix, for who keeps the <see cref="Checksum"/> of its tenant.</summary>
    public int Of(ushort tenantChecksum, ReadOnlySpan<char> name) =>
        (int)(Crc16.Append(tenantChecksum, name) % (uint)Partitions);

    /// <summary>The checksum of <c>length:tenant:</c>, with which that of each of the tenant's names begins.</summary>
    public static ushort Checksum(string tenant) => tenant.Length == 0 ? NoTenant : Compute(tenant);

    private static ushort Compute(string tenant)
    {
        Span<byte> length = stackalloc byte[10];
        Encoding.UTF8.GetByteCount(tenant).TryFormat(length, out var digits, provider: CultureInfo.InvariantCulture);
        var crc = Crc16.Append(0, length[..digits]);
        crc = Crc16.Append(crc, (byte)':');
        crc = Crc16.Append(crc, tenant);
        return Crc16.Append(crc, (byte)':');
    }
}
