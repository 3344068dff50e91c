using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>What this node knows of the versions in use in one partition. Racing updates are harmless: scripts refuse a list that is not
/// theirs, and a floor is read again with every head.</summary>
internal sealed class PartitionVersions
{
    private volatile string _text = "";
    private volatile string[] _list = [];
    private volatile Registered _registered = new(0, FrozenDictionary<string, long>.Empty);
    private volatile ReadText _read = new(ReadOnlyMemory<byte>.Empty, "");

    /// <summary>The list as the partition's hash has it.</summary>
    public string Text => _text;

    public IReadOnlyList<string> List => _list;

    /// <summary>The floors of the versions this node registered in an incarnation; none where that is news: its numbers are other ones, and
    /// nobody is known to be registered in it.</summary>
    public IReadOnlyDictionary<string, long> FloorsIn(long incarnation) =>
        _registered is { } registered && registered.Incarnation == incarnation ? registered.Floors : FrozenDictionary<string, long>.Empty;

    /// <summary>Takes the list from the hash's field, which is the same in nearly every head: made a string of only where it is not.</summary>
    public void Adopt(RedisValue field)
    {
        // Compared as bytes: as values "1.0" and "1.00" are one number.
        ReadOnlyMemory<byte> bytes = field;
        var read = _read;
        if (!bytes.Span.SequenceEqual(read.Bytes.Span)) _read = read = new ReadText(bytes, Encoding.UTF8.GetString(bytes.Span));
        Adopt(read.Text);
    }

    public void Adopt(string text)
    {
        if (text == _text) return;
        _list = text.Length == 0 ? [] : text.Split(',');
        _text = text;
    }

    /// <summary>Takes floors as register answers them: <c>version=number@second</c>, comma-separated.</summary>
    /// <returns>For each version when it was announced last.</returns>
    public IReadOnlyDictionary<string, long> AdoptFloors(long incarnation, string text)
    {
        var floors = new Dictionary<string, long>();
        var announced = new Dictionary<string, long>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (equals, at) = (part.LastIndexOf('='), part.LastIndexOf('@'));
            floors[part[..equals]] = long.Parse(part.AsSpan(equals + 1, at - equals - 1), CultureInfo.InvariantCulture);
            announced[part[..equals]] = long.Parse(part.AsSpan(at + 1), CultureInfo.InvariantCulture);
        }

        Adopt(string.Join(',', floors.Keys));
        _registered = new(incarnation, floors.ToFrozenDictionary());
        return announced;
    }

    /// <summary>Takes floors from the hash's fields, <c>last seen,floor</c>; one that is absent is not registered.</summary>
    public void AdoptFloors(long incarnation, IReadOnlyList<string> versions, ReadOnlySpan<RedisValue> values)
    {
        var present = FloorsIn(incarnation);
        var isSame = present.Count == versions.Count;
        Span<long> floors = stackalloc long[Math.Min(versions.Count, 64)];
        for (var i = 0; i < floors.Length; i++)
        {
            // A list without it would let invalidations pass its entries by.
            floors[i] = _list.Contains(versions[i]) ? Floor(values[i]) : -1;
            isSame &= floors[i] >= 0 && present.TryGetValue(versions[i], out var known) && known == floors[i];
        }

        if (isSame) return;
        var changed = new Dictionary<string, long>();
        for (var i = 0; i < floors.Length; i++)
        {
            if (floors[i] >= 0) changed[versions[i]] = floors[i];
        }

        _registered = new(incarnation, changed.ToFrozenDictionary());
    }

    private static long Floor(RedisValue value)
    {
        var text = ((ReadOnlyMemory<byte>)value).Span;
        var comma = text.IndexOf((byte)',');
        return comma >= 0 && long.TryParse(text[(comma + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var floor) ? floor : -1;
    }

    private sealed record ReadText(ReadOnlyMemory<byte> Bytes, string Text);

    /// <param name="Incarnation">Where the floors are numbers of.</param>
    /// <param name="Floors">By version.</param>
    private sealed record Registered(long Incarnation, FrozenDictionary<string, long> Floors);
}
