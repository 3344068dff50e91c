using System.Globalization;

namespace DistributedCache.Keys;

/// <summary>
/// Finds the hash tag of a partition: <c>shop:i.k</c> with the smallest k whose slot falls in the i-th part of all
/// slots, cut into as many parts as there are partitions. Masters that own contiguous slots so hold even shares.
/// </summary>
/// <remarks>
/// With 16,384 partitions a quarter of a billion candidates are tried. A CRC is linear: that of a stem and n digits is
/// the stem's, carried over n zero bytes, XOR that of the digits alone, which are the same for every stem.
/// </remarks>
internal sealed class PartitionTags(string application, int partitions)
{
    private readonly List<ushort> _digits = [];

    public string Find(int partition)
    {
        var first = partition * Crc16.Slots / partitions;
        var end = (partition + 1) * Crc16.Slots / partitions;
        var stem = string.Create(CultureInfo.InvariantCulture, $"{application}:{partition}.");
        var crc = Crc16.Append(Crc16.Append(0, stem), 0);
        for (int k = 0, longer = 10; ; k++)
        {
            if (k == longer)
            {
                longer *= 10;
                crc = Crc16.Append(crc, 0);
            }
            if (k == _digits.Count)
                _digits.Add(Crc16.Append(k < 10 ? (ushort)0 : _digits[k / 10], (byte)('0' + k % 10)));
            var slot = (crc ^ _digits[k]) % Crc16.Slots;
            if (slot >= first && slot < end)
                return string.Create(CultureInfo.InvariantCulture, $"{stem}{k}");
        }
    }
}
