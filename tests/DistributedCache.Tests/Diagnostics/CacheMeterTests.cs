using System.Diagnostics.Metrics;
using DistributedCache.Pipeline;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Diagnostics;

/// <summary>Every request is counted once, under what became of it.</summary>
public class CacheMeterTests
{
    [Fact]
    public async Task Requests_OfEachKind_AreCountedExactly()
    {
        await using var two = TwoNodes.Make(configure: o =>
        {
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
            o.Profiles["p"] = new() { Keys = ["p:"] };
        });
        using var meter = new Reading(two.NodeA);
        var failure = new FormatException("x");
        await two.A.Load("p:1", 1);
        for (var i = 0; i < 7; i++) await two.A.Load("p:1", 1);
        await two.A.Find<int>("p:1");
        await two.A.Find<int>("p:none");
        await two.B.Set("p:2", 1);
        await two.A.Load("p:2", 1);
        await two.B.Set("p:3", 1);
        await two.A.Find<int>("p:3");
        Assert.Equal(
            new Dictionary<string, long> { ["local/hit"] = 8, ["source/miss"] = 2, ["remote/hit"] = 2 },
            meter.Requests("p"));

        await two.A.Load("a", 1);
        two.Time.Advance(TimeSpan.FromMinutes(5));
        await two.A.Fail<int>("a", failure);
        await two.A.Load("a", 2);
        await Assert.ThrowsAsync<FormatException>(async () => await two.A.Fail<int>("b", failure));
        var source = new TestSource<int>();
        var calls = Enumerable.Range(0, 4).Select(_ => two.A.Load("c", source).AsTask()).ToArray();
        source[0].Answer(1);
        await Task.WhenAll(calls);
        Assert.Equal(
            new Dictionary<string, long> { ["source/miss"] = 3, ["local/stale"] = 2, ["source/collapsed"] = 3 },
            meter.Requests("Default"));
        Assert.Equal((5, 0), (meter.Value("dotnet.cache.entries"), meter.Value("dotnet.cache.evictions")));
        Assert.InRange(meter.Value("distributedcache.local.size"), 5 * 32, 5 * 2_000);
    }

    [Fact]
    public async Task Requests_InBulkAndDisabled_CountEachKey()
    {
        await using var node = TestCache.Make();
        using var meter = new Reading(node);
        var stop = TestContext.Current.CancellationToken;
        await node.Cache.Set("a", 1);
        await node.Cache.GetManyAsync<int>(["a", "b", "b"], cancellationToken: stop);
        await node.Cache.GetOrCreateManyAsync<int>(
            ["a", "c", "out"], (_, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(new Dictionary<string, int> { ["c"] = 1 }), cancellationToken: stop);
        Assert.Equal(new Dictionary<string, long> { ["local/hit"] = 2, ["source/miss"] = 3 }, meter.Requests("Default"));

        await using var off = TestCache.Make(o => o.Enabled = false);
        using var offMeter = new Reading(off);
        await off.Cache.Load("a", 1);
        await off.Cache.GetOrCreateManyAsync<int>(["a", "b"], (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(k => k, _ => 1)), cancellationToken: stop);
        Assert.Equal(new Dictionary<string, long> { ["source/miss"] = 3 }, offMeter.Requests("Default"));
    }

    [Fact]
    public async Task Requests_StaleFromL2_CountAsRemote()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        await two.B.Load("a", 1);
        two.Time.Advance(TimeSpan.FromMinutes(6));
        using var meter = new Reading(two.NodeA);
        await two.A.Fail<int>("a", new FormatException("x"));
        Assert.Equal(new Dictionary<string, long> { ["remote/stale"] = 1 }, meter.Requests("Default"));
    }

    [Fact]
    public async Task Requests_StaleServedWhileTheLoadGoesOn_CountAsStaleAlone()
    {
        await using var node = TestCache.Make(o =>
        {
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
            o.Profiles["Default"].FactorySoftTimeout = TimeSpan.FromSeconds(1);
        });
        await node.Cache.Set("a", 1);
        node.Time.Advance(TimeSpan.FromMinutes(5));
        using var meter = new Reading(node);
        var source = new TestSource<int>();
        var loading = node.Cache.Load("a", source).AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Eventually.DoneAsync(loading));
        source[0].Answer(2);
        await Eventually.TrueAsync(() => node.Services.GetRequiredService<CacheEngine>().Flights.Count == 0);
        Assert.Equal(new Dictionary<string, long> { ["local/stale"] = 1 }, meter.Requests("Default"));
        Assert.Equal(2, (await node.Cache.Find<int>("a")).Value);
    }

    [Theory]
    [InlineData(true, "source/miss")]
    [InlineData(false, "local/stale")]
    public async Task Requests_LoadEndsJustBeforeItsStaleValueIsServed_CountAsTheLoadEnded(bool succeeds, string counted)
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        await node.Cache.Set("a", 1);
        node.Time.Advance(TimeSpan.FromMinutes(5));
        using var meter = new Reading(node);
        var engine = node.Services.GetRequiredService<CacheEngine>();
        var call = engine.Call<int>("", "a", null, null, isolates: false);
        var judge = new LastMoment();
        var load = new JudgedLoad<int, int>(engine, call, engine.Store.FindLocked(call.Key.Index), 0, static (_, _, _) => default, judge);
        judge.Act = () => (succeeds ? load.StoreAsync(2, LoadContext.ForLoad(engine.Scopes), 0).AsTask() : load.FailAsync(new FormatException("x")).AsTask()).GetAwaiter().GetResult();
        Assert.False(load.TryServeFallback());
        Assert.Equal(succeeds ? 2 : 1, await load.Task);
        Assert.Equal(new Dictionary<string, long> { [counted] = 1 }, meter.Requests("Default"));
        load.End();
    }

    [Fact]
    public async Task FactoryDuration_EachResult_IsRecordedInSeconds()
    {
        await using var node = TestCache.Make();
        using var meter = new Reading(node);
        var source = new TestSource<int>();
        var ok = node.Cache.Load("a", source);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        source[0].Answer(1);
        await ok;
        var slow = node.Cache.Load("b", source).AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(slow));
        await Assert.ThrowsAsync<FormatException>(async () => await node.Cache.Fail<int>("c", new FormatException("x")));
        Assert.Equal([("Default", "ok", 2.0), ("Default", "timeout", 30.0), ("Default", "error", 0.0)], meter.Durations);
    }

    /// <summary>Takes every stale value, and acts first where it is asked about one for the first time.</summary>
    private sealed class LastMoment : IAcceptance<int>
    {
        public Action? Act { get; set; }

        public bool OnlyRenews => false;

        public bool IsFresh(int value) => true;

        public bool MayStandIn(int value)
        {
            var act = Act;
            Act = null;
            act?.Invoke();
            return true;
        }

        public void Overdue()
        {
        }
    }

    /// <summary>Listens to one cache's meter, which its own services made.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<(string Name, long Value, Dictionary<string, object?> Tags)> _values = [];

        public Reading(TestCache node)
        {
            var factory = (IMeterFactory?)node.Services.GetService(typeof(IMeterFactory));
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "DistributedCache" && (factory is null || ReferenceEquals(instrument.Meter.Scope, factory))) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                if (instrument.IsObservable) _values.Add((instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
            });
            _listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
            {
                var all = tags.ToArray().ToDictionary(t => t.Key, t => (string?)t.Value);
                lock (Durations) Durations.Add((all["distributedcache.profile"]!, all["distributedcache.factory.result"]!, value));
            });
            _listener.Start();
        }

        public List<(string Profile, string Result, double Seconds)> Durations { get; } = [];

        public Dictionary<string, long> Requests(string profile)
        {
            Record();
            return _values
                .Where(v => v.Name == "dotnet.cache.requests" && (string?)v.Tags["distributedcache.profile"] == profile && v.Value != 0)
                .ToDictionary(v => $"{v.Tags["distributedcache.tier"]}/{v.Tags["dotnet.cache.request.result"]}", v => v.Value);
        }

        public long Value(string name)
        {
            Record();
            return _values.Single(v => v.Name == name).Value;
        }

        public void Dispose() => _listener.Dispose();

        private void Record()
        {
            _values.Clear();
            _listener.RecordObservableInstruments();
        }
    }
}
