namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>Where loads read: a primary that numbers its commits, and a replica that has only the first of them.</summary>
internal sealed class SimulatedSource(IEnumerable<string> keys)
{
    private readonly Dictionary<string, List<Row>> _rows = keys.ToDictionary(static key => key, static _ => new List<Row> { new(0, 0) });
    private long _replica;

    /// <summary>The number of the last commit.</summary>
    public long Commit { get; private set; }

    /// <summary>Commits the key's next version, and answers it.</summary>
    public int Change(string key)
    {
        var rows = _rows[key];
        rows.Add(new Row(++Commit, rows[^1].Version + 1));
        return rows[^1].Version;
    }

    /// <summary>Reads a key where a factory would that was told so: from the replica, if that has the commit.</summary>
    public Reading Read(string key, long minimum)
    {
        var rows = _rows[key];
        var row = _replica >= minimum ? rows.FindLast(row => row.Commit <= _replica) : rows[^1];
        return new Reading(row.Version, row != rows[^1]);
    }

    public long CommitOf(string key, int version) => _rows[key].Find(row => row.Version == version).Commit;

    /// <summary>Some more commits reach the replica.</summary>
    public void Replicate(int commits) => _replica = Math.Min(Commit, _replica + commits);

    /// <summary>What a load read, and whether it was behind.</summary>
    internal readonly record struct Reading(int Version, bool IsBehind);

    private readonly record struct Row(long Commit, int Version);
}
