using System.Diagnostics.Metrics;
using DistributedCache.Diagnostics;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>Counts what was purged, in the cache's own meter.</summary>
internal sealed class EdgeMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _purges;
    private readonly KeyValuePair<string, object?> _cache;

    public EdgeMeter(IMeterFactory? factory, string cache)
    {
        // Disposing a meter that came from a factory does nothing: the factory owns it.
        _meter = factory?.Create(new MeterOptions(CacheMeter.Name)) ?? new Meter(CacheMeter.Name);
        _cache = new("dotnet.cache.name", cache);
        _purges = _meter.CreateCounter<long>("distributedcache.edge.purges", "{tag}", "Tags purged at edges, by edge and result.");
    }

    public void Purged(string edge, int count) => Add(edge, count, "purged");

    public void Failed(string edge, int count) => Add(edge, count, "failed");

    public void Dropped(string edge, int count) => Add(edge, count, "dropped");

    public void Dispose() => _meter.Dispose();

    private void Add(string edge, int count, string result) =>
        _purges.Add(count, _cache, new("distributedcache.edge", edge), new("distributedcache.edge.result", result));
}
