using DistributedCache.Coherence;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>Makes heads of what one partition answers, with what is known besides: its versions and its eras.</summary>
internal sealed class PartitionHeads
{
    private readonly PartitionEras _eras = new();
    private readonly Lock _lock = new();
    private Known _known;

    public PartitionVersions Versions { get; } = new();

    /// <summary>A head as scripts answer it.</summary>
    public Head Of(RedisResult text) => Of(text, out _);

    /// <summary>A head as scripts answer it, and what stands behind it.</summary>
    public Head Of(RedisResult text, out ReadOnlySpan<byte> rest) => Complete(HeadText.Parse((byte[]?)text ?? [], out rest));

    /// <summary>A head as scripts answer it with its eras.</summary>
    public Head Of(RedisResult text, RedisResult eras) => _eras.Adopt(Of(text), (string?)eras);

    /// <summary>A head as register answers it, with its eras and every version's floor; and when each version was announced last.</summary>
    public Head Of(RedisResult text, RedisResult eras, RedisResult floors, out IReadOnlyDictionary<string, long> announced)
    {
        var head = HeadText.Parse((byte[]?)text ?? [], out _);
        announced = Versions.AdoptFloors(head.Incarnation, (string?)floors ?? "");
        return _eras.Adopt(Complete(head), (string?)eras);
    }

    /// <summary>A head in the hash's fields, which the versions follow; null where it is not whole.</summary>
    public Head? In(RedisValue[] values, IReadOnlyList<string> registered)
    {
        Versions.Adopt(values[4]);
        if (HeadText.Read(values) is not { } head) return null;
        Versions.AdoptFloors(head.Incarnation, registered, values.AsSpan(HeadText.Fields.Length));
        return Complete(head);
    }

    /// <inheritdoc cref="In(RedisValue[], IReadOnlyList{string})"/>
    public Head? In(RedisValue[] values, IReadOnlyList<string> registered, RedisValue eras) =>
        In(values, registered) is { } head ? _eras.Adopt(head, eras) : null;

    /// <summary>Notes the highest that any call has brought or was told: whichever call a new server meets first says above what its era
    /// begins, and what version of their source loads may read.</summary>
    public Known Note(Known known)
    {
        lock (_lock)
        {
            var source = Math.Max(known.Source, _known.Source);
            _known = ((known.Incarnation, known.Seen).CompareTo((_known.Incarnation, _known.Seen)) > 0 ? known : _known) with { Source = source };
            return _known;
        }
    }

    private Head Complete(Head head)
    {
        Note(new Known(head.Incarnation, head.Sequence, Source: head.Source));
        return _eras.Complete(head with { VersionFloors = Versions.FloorsIn(head.Incarnation) });
    }
}
