using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>What a node's meter counted as faults, by kind.</summary>
internal sealed class FaultCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();

    /// <param name="factory">The node's own: its meter and no other's is listened to.</param>
    public FaultCounts(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "distributedcache.faults" && ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "distributedcache.fault.kind") _counts.AddOrUpdate((string)tag.Value!, value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    public long this[string kind] => _counts.GetValueOrDefault(kind);

    public void Dispose() => _listener.Dispose();
}
