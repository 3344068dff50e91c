using System.Globalization;
using System.Text;

namespace DistributedCache.Keys;

/// <summary>
/// The names of everything an application keeps in Redis. A partition <c>p</c> is one hash tag, hence one slot. A
/// tenant stands behind its length in UTF-8 bytes and a version has no ':', so no two things share a name.
/// </summary>
internal sealed class PartitionNames
{
    // As many, and where they are, whatever the number of partitions is.
    private const int Copies = 16;

    private readonly Partition[] _partitions;
    private readonly string _application;

    /// <exception cref="ArgumentException">The application has characters other than A-Z, a-z, 0-9, '.', '_', '-'.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The partitions are not 1 to 16,384.</exception>
    public PartitionNames(string application, int partitions)
    {
        NameRules.Validate(application);
        Partitioner = new Partitioner(partitions);
        _application = application;
        Config = ConfigOf(application);
        ConfigCopies = ConfigCopiesOf(application);
        _partitions = new Partition[partitions];
        var tags = new PartitionTags(application, partitions);
        for (var i = 0; i < partitions; i++)
        {
            var tag = $"{{{tags.Find(i)}}}";
            _partitions[i] = new Partition(tag, Crc16.HashSlot(tag), tag + "m", tag + "i", tag + "c");
        }
    }

    public Partitioner Partitioner { get; }

    public int Count => _partitions.Length;

    /// <summary>The key that holds the number of partitions and the format, whatever that number is.</summary>
    public string Config { get; }

    /// <summary>Keys all over the slots that hold what <see cref="Config"/> does, for when its server is away.</summary>
    public IReadOnlyList<string> ConfigCopies { get; }

    /// <summary>The <see cref="Config"/> of an application.</summary>
    public static string ConfigOf(string application) => $"{{{application}}}config";

    /// <summary>The <see cref="ConfigCopies"/> of an application.</summary>
    public static IReadOnlyList<string> ConfigCopiesOf(string application)
    {
        var tags = new PartitionTags(application, Copies);
        return [.. Enumerable.Range(0, Copies).Select(i => $"{{{tags.Find(i)}}}config")];
    }

    /// <summary>The sorted set of a schedule's list.</summary>
    public string Schedule(string list) => $"{{{_application}:s}}{list}";

    /// <summary>The hash tag, with its braces: <c>{shop:3.7}</c>.</summary>
    public string Tag(int partition) => _partitions[partition].Tag;

    public int Slot(int partition) => _partitions[partition].Slot;

    /// <summary>The partition's hash: incarnation, sequence, versions, tags, prefixes and clears.</summary>
    public string Hash(int partition) => _partitions[partition].Hash;

    /// <summary>The invalidation log, a stream.</summary>
    public string Log(int partition) => _partitions[partition].Log;

    /// <summary>The sharded pub/sub channel.</summary>
    public string Channel(int partition) => _partitions[partition].Channel;

    public string Entry(int partition, string version, string tenant, ReadOnlySpan<char> key) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Tag(partition)}e:{version}:{Utf8Length(tenant)}:{tenant}:{key}");

    public string Lease(int partition, string version, string tenant, ReadOnlySpan<char> key) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Tag(partition)}l:{version}:{Utf8Length(tenant)}:{tenant}:{key}");

    public string Primary(int partition, string tenant, ReadOnlySpan<char> key) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Tag(partition)}d:{Utf8Length(tenant)}:{tenant}:{key}");

    private static int Utf8Length(string tenant) => Encoding.UTF8.GetByteCount(tenant);

    private readonly record struct Partition(string Tag, int Slot, string Hash, string Log, string Channel);
}
