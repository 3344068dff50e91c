using System.Diagnostics.Metrics;
using DistributedCache.Local;

namespace DistributedCache.Diagnostics;

/// <summary>The meter <c>DistributedCache</c>: names follow .NET's own cache meter where they mean the same.</summary>
internal sealed class CacheMeter : IDisposable
{
    public const string Name = "DistributedCache";

    private readonly Meter _meter;
    private readonly Histogram<double> _factoryDuration;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _verifications;
    private readonly KeyValuePair<string, object?> _cache;

    public CacheMeter(IMeterFactory? factory, string cache, Func<IEnumerable<CacheCounters>> counters, LocalStore local, FaultReports faults)
    {
        // Disposing a meter that came from a factory does nothing: the factory owns it.
        _meter = factory?.Create(new MeterOptions(Name)) ?? new Meter(Name);
        _cache = new("dotnet.cache.name", cache);
        _meter.CreateObservableCounter("dotnet.cache.requests", () => Requests(counters()), "{request}", "Requests by profile, tier and result.");
        _meter.CreateObservableCounter("dotnet.cache.evictions", () => new Measurement<long>(local.Evictions, _cache), "{eviction}", "Entries that gave way in this process.");
        _meter.CreateObservableUpDownCounter("dotnet.cache.entries", () => new Measurement<long>(local.Count, _cache), "{entry}", "Entries in this process.");
        _meter.CreateObservableUpDownCounter("distributedcache.local.size", () => new Measurement<long>(local.Bytes, _cache), "By", "Heap bytes of the entries in this process.");
        _meter.CreateObservableCounter("distributedcache.local.refusals", () => new Measurement<long>(local.Refusals, _cache), "{entry}", "Entries that found no room in this process.");
        _meter.CreateObservableUpDownCounter("distributedcache.remote.away", () => new Measurement<int>(faults.IsRemoteAway ? 1 : 0, _cache), "{tier}", "1 while some of the remote tier is away.");
        _factoryDuration = _meter.CreateHistogram<double>("distributedcache.factory.duration", "s", "Duration of factories by profile and result.");
        _faults = _meter.CreateCounter<long>("distributedcache.faults", "{fault}", "What went wrong and was not the caller's to see, by kind.");
        _verifications = _meter.CreateCounter<long>("distributedcache.verifications", "{entry}", "Entries in this process that were compared with the remote tier, by result.");
    }

    public void FactoryEnded(string profile, string result, TimeSpan duration)
    {
        if (_factoryDuration.Enabled)
            _factoryDuration.Record(duration.TotalSeconds, _cache, new("distributedcache.profile", profile), new("distributedcache.factory.result", result));
    }

    public void Fault(string kind) => _faults.Add(1, _cache, new("distributedcache.fault.kind", kind));

    /// <summary>An entry was compared with the remote tier.</summary>
    /// <param name="cause">Why it differs; null: it does not.</param>
    public void Verified(DifferenceCause? cause) => _verifications.Add(1, _cache, new("distributedcache.verification.result", cause switch
    {
        null => "same",
        DifferenceCause.MissedInvalidation => "missed_invalidation",
        DifferenceCause.NewerValue => "newer_value",
        _ => "other_incarnation",
    }));

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Requests(IEnumerable<CacheCounters> counters)
    {
        foreach (var profile in counters)
        {
            yield return Request(profile.LocalHit, profile.Profile, "local", "hit");
            yield return Request(profile.LocalStale, profile.Profile, "local", "stale");
            yield return Request(profile.RemoteHit, profile.Profile, "remote", "hit");
            yield return Request(profile.RemoteStale, profile.Profile, "remote", "stale");
            yield return Request(profile.Miss, profile.Profile, "source", "miss");
            yield return Request(profile.Collapsed, profile.Profile, "source", "collapsed");
        }
    }

    private Measurement<long> Request(int counter, string profile, string tier, string result) => new(
        HitCounters.Read(counter),
        _cache,
        new("distributedcache.profile", profile),
        new("distributedcache.tier", tier),
        new("dotnet.cache.request.result", result));
}
