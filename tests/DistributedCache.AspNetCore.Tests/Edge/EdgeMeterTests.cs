using System.Diagnostics.Metrics;
using DistributedCache.AspNetCore.Edge;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What is counted, and where it is seen.</summary>
public class EdgeMeterTests
{
    [Fact]
    public void Purged_NamedCache_IsCountedWithItsNameAndTheEdges()
    {
        using var measured = new Measured("meter-named");
        using var meter = new EdgeMeter(null, "orders");

        meter.Purged("meter-named", 3);

        var (instrument, value, tags) = Assert.Single(measured.All);
        Assert.Equal((3, "{tag}"), (value, instrument.Unit));
        Assert.Equal(["distributedcache.edge.result=purged", "distributedcache.edge=meter-named", "dotnet.cache.name=orders"], tags.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Meter_OfAFactory_IsItsOwn()
    {
        using var measured = new Measured("meter-factory");
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var meter = new EdgeMeter(factory, "");

        meter.Purged("meter-factory", 1);

        Assert.Same(factory, Assert.Single(measured.All).Instrument.Meter.Scope);
    }

    [Fact]
    public void Dispose_MeterOfNoFactory_PublishesNothingAnyMore()
    {
        using var measured = new Measured("meter-disposed");
        var meter = new EdgeMeter(null, "");
        meter.Purged("meter-disposed", 1);

        meter.Dispose();

        using var later = new Measured("meter-disposed");
        Assert.DoesNotContain(Assert.Single(measured.All).Instrument, later.Published);
    }

    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Measured(string edge)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                lock (Published) Published.Add(instrument);
                if (instrument is { Meter.Name: "DistributedCache", Name: "distributedcache.edge.purges" }) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                string[] said = [.. tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}")];
                if (!said.Contains($"distributedcache.edge={edge}")) return;
                lock (All) All.Add((instrument, value, said));
            });
            _listener.Start();
        }

        public List<Instrument> Published { get; } = [];

        public List<(Instrument Instrument, long Value, string[] Tags)> All { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
