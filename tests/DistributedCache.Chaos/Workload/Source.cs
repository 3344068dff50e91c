using System.Collections.Concurrent;
using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Workload;

/// <summary>Where the truth is: each key's version, read with the latency of a database.</summary>
internal sealed class Source(HistoryLog history)
{
    private readonly ConcurrentDictionary<string, Row> _rows = new();

    /// <summary>Makes a new version of a key.</summary>
    /// <returns>The version, which every read from now on has at least.</returns>
    public long Write(string key)
    {
        var row = _rows.GetOrAdd(key, static _ => new Row());
        lock (row)
        {
            var version = ++row.Version;
            var now = history.Now;
            history.Add(new(Operation.Write, now, now, -1, key, version));
            return version;
        }
    }

    /// <summary>Reads a key's version and only then takes its time: what it answers may be old by then.</summary>
    public async Task<Item> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var row = _rows.GetOrAdd(key, static _ => new Row());
        long version;
        lock (row) version = row.Version;
        await Task.Delay(Random.Shared.Next(20) == 0 ? 100 : Random.Shared.Next(1, 10), cancellationToken);
        return new(key, version);
    }

    private sealed class Row
    {
        public long Version { get; set; }
    }
}
