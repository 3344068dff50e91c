using System.Globalization;

namespace DistributedCache.Keys;

/// <summary>
/// The hash tag of a partition: <c>shop:i.k</c> with the smallest k whose slot falls in the i-th part of all slots, cut
/// into as many parts as there are partitions. Masters that own contiguous slots so hold even shares.
/// </summary>
internal static class PartitionTag
{
    public static string Find(string application, int partition, int partitions)
    {
        var first = partition * Crc16.Slots / partitions;
        var end = (partition + 1) * Crc16.Slots / partitions;
        var stem = $"{application}:{partition}.";
        var stemCrc = Crc16.Append(0, stem);

        // With 16,384 partitions there are a quarter of a billion candidates: ten that differ in their last digit
        // share the checksum of what stands before it.
        for (var tens = 0; ; tens++)
        {
            var crc = tens == 0 ? stemCrc : Crc16.Append(stemCrc, tens.ToString(CultureInfo.InvariantCulture));
            for (var digit = 0; digit < 10; digit++)
            {
                var slot = Crc16.Append(crc, (byte)('0' + digit)) % Crc16.Slots;
                if (slot >= first && slot < end)
                    return stem + (tens * 10 + digit).ToString(CultureInfo.InvariantCulture);
            }
        }
    }
}
