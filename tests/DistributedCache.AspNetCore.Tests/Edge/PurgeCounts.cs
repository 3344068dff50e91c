using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What the meter counts of one edge's purges, by result.</summary>
internal sealed class PurgeCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();

    public PurgeCounts(string edge)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "DistributedCache", Name: "distributedcache.edge.purges" }) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var byName = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string?)tag.Value);
            if (byName["distributedcache.edge"] == edge) _counts.AddOrUpdate(byName["distributedcache.edge.result"]!, value, (_, count) => count + value);
        });
        _listener.Start();
    }

    public long this[string result] => _counts.GetValueOrDefault(result);

    public void Dispose() => _listener.Dispose();
}
