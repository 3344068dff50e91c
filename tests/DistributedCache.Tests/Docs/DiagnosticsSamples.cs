using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Docs;

public class DiagnosticsSamples
{
    [Fact]
    public async Task Requests_AHitAndAMiss_AreCounted()
    {
        await using var provider = new ServiceCollection().AddTieredCache("docs-diagnostics").Services.BuildServiceProvider();

        var counts = await CountAsync(provider.GetRequiredKeyedService<ITieredCache>("docs-diagnostics"), "docs-diagnostics", TestContext.Current.CancellationToken);

        Assert.Equal((1, 1), (counts["local hit"], counts["source miss"]));
    }

    private static async Task<Dictionary<string, long>> CountAsync(ITieredCache cache, string name, CancellationToken ct)
    {
        #region listener
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "DistributedCache") listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var byName = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value as string);
            if (instrument.Name != "dotnet.cache.requests" || byName["dotnet.cache.name"] != name) return;
            var key = $"{byName["distributedcache.tier"]} {byName["dotnet.cache.request.result"]}";
            counts[key] = counts.GetValueOrDefault(key) + value;   // of all profiles
        });
        listener.Start();

        for (var i = 0; i < 2; i++) await cache.GetOrCreateAsync("greeting", (load, ct) => ValueTask.FromResult("hello"), cancellationToken: ct);
        listener.RecordObservableInstruments();                    // counts: 1 "source miss", 1 "local hit"
        #endregion
        return counts;
    }
}
