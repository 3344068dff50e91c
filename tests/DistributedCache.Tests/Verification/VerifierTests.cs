using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using DistributedCache.Tests.TieredOptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Tests.Verification;

/// <summary>What L1 goes on answering although the remote tier has it otherwise, and no heartbeat tells, is found and repaired.</summary>
public sealed class VerifierTests : IAsyncDisposable
{
    private readonly LossyNodes _nodes = new(configure: Sample);
    private readonly RecordedLogs _log = new();
    private readonly TestCache _node;
    private readonly Verifications _verifications;

    public VerifierTests()
    {
        _node = TestCache.Make(
            o =>
            {
                Sample(o);
                o.Partitions = _nodes.Remote.Partitions;
            },
            null,
            _nodes.Time,
            services => services.AddSingleton<DistributedCache.Remote.IRemoteTier>(_nodes.Remote).AddLogging(logging => logging.AddProvider(_log)));
        _verifications = new Verifications(_node);
    }

    [Theory]
    [InlineData("remove", "missed_invalidation", "a missed invalidation")]
    [InlineData("expire", "missed_invalidation", "a missed invalidation")]
    [InlineData("tag", "missed_invalidation", "a missed invalidation")]
    [InlineData("clear", "missed_invalidation", "a missed invalidation")]
    [InlineData("set", "newer_value", "a newer value in the remote tier")]
    [InlineData("evict", "other_incarnation", "another incarnation")]
    public async Task Hit_WhatMadeItInvalidWasLostAndNoHeadTells_IsRepairedCountedAndLogged(string how, string result, string cause)
    {
        await _node.Cache.Load("k", "old", null, "t");
        DeafenAndBlind();
        await InvalidateAsync(how);
        Assert.Equal("old", await _node.Cache.Load("k", "new", null, "t"));

        await UntilAsync(() => _verifications[result] > 0);

        Assert.NotEqual("old", await _node.Cache.Load("k", "new", null, "t"));
        var line = Assert.Single(_log.Lines, static line => line.Id == 30);
        Assert.Contains(cause, line.Text, StringComparison.Ordinal);
        Assert.Equal(1, _verifications[result]);
    }

    [Fact]
    public async Task Hit_PrimaryValueWasSetElsewhere_IsRepaired()
    {
        await _node.Cache.Set("p:k", "old");
        DeafenAndBlind();
        await _nodes.A.Set("p:k", "set");
        await Eventually.TrueAsync(
            () => _verifications["newer_value"] > 0,
            () =>
            {
                _ = _node.Cache.Find<string>("p:k").AsTask();
                _nodes.Time.Advance(TimeSpan.FromMilliseconds(500));
            });
        Assert.Equal("set", (await _node.Cache.Find<string>("p:k")).Value);
    }

    [Fact]
    public async Task Hit_WhatMadeItInvalidWasLostForAShortWhile_IsNoDifference()
    {
        await _node.Cache.Load("k", "old");
        DeafenAndBlind();
        await _nodes.A.Remove("k");
        var gets = _nodes.Remote.Calls.GetValueOrDefault("ReadLog");
        await UntilAsync(() => _nodes.Remote.Calls.GetValueOrDefault("ReadLog") > gets, "old");

        // Found out by itself, within the time it may take.
        _nodes.Remote.DeliverLate(0);
        await UntilAsync(() => _verifications["same"] > 0, "new");
        Assert.Equal(0, _verifications["missed_invalidation"]);
        Assert.DoesNotContain(_log.Lines, static line => line.Id == 30);
    }

    [Fact]
    public async Task Hit_RemoteTierHasNoneOrARefreshedOne_IsNoDifference()
    {
        await _node.Cache.Load("k", "old");
        await _nodes.A.Remove("other");
        _nodes.Remote.Forget(_node.Services.GetRequiredService<DistributedCache.Pipeline.CacheEngine>().Key("", "k"));
        await UntilAsync(() => _verifications["same"] > 0, "old");
        Assert.Equal("refreshed", await _nodes.A.Load("k", "refreshed"));
        var before = _verifications["same"];
        await UntilAsync(() => _verifications["same"] > before + 4, "old");
        Assert.Equal(["same"], _verifications.Results);
    }

    [Fact]
    public async Task Hit_SampleIsZero_AsksNothing()
    {
        await using var nodes = new LossyNodes(1, static o => o.VerifySample = 0);
        await nodes.A.Load("k", 1);
        var before = (nodes.Remote.Calls.GetValueOrDefault("Get"), nodes.Remote.Calls.GetValueOrDefault("ReadMarks"));
        for (var i = 0; i < 20; i++)
        {
            nodes.Time.Advance(TimeSpan.FromSeconds(1));
            await nodes.A.Load("k", 1);
        }

        Assert.Equal(before, (nodes.Remote.Calls.GetValueOrDefault("Get"), nodes.Remote.Calls.GetValueOrDefault("ReadMarks")));
    }

    [Fact]
    public async Task Hit_RemoteTierFails_IsAnsweredAndVerifiedLater()
    {
        await _node.Cache.Load("k", "old");
        _nodes.Remote.Fails = static step => step is "ReadMarks" or "Get";
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("old", await _node.Cache.Load("k", "new"));
            _nodes.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Empty(_verifications.Results);
        _nodes.Remote.Fails = static _ => false;
        await UntilAsync(() => _verifications["same"] > 0, "old");
    }

    public async ValueTask DisposeAsync()
    {
        _verifications.Dispose();
        await _node.DisposeAsync();
        await _nodes.DisposeAsync();
    }

    private static void Sample(TieredCacheOptions options)
    {
        options.VerifySample = 1;
        options.Profiles["p"] = new() { Keys = ["p:"], Primary = true };
    }

    // The third to follow hears nothing more, and heads stay what they are.
    private void DeafenAndBlind()
    {
        _nodes.Remote.Fates = static (node, _) => node == 2 ? Fate.Late : Fate.Delivered;
        _nodes.Remote.FreezeHeads();
    }

    private async Task InvalidateAsync(string how)
    {
        switch (how)
        {
            case "remove":
                await _nodes.A.Remove("k");
                break;
            case "expire":
                await _nodes.A.Expire("k");
                break;
            case "tag":
                await _nodes.A.RemoveTag("t");
                break;
            case "clear":
                await _nodes.A.Clear();
                break;
            case "set":
                await _nodes.A.Set("k", "set");
                break;
            default:
                for (var i = 0; i < _nodes.Remote.Partitions; i++) _nodes.Remote.Evict(i);
                break;
        }
    }

    // Hits, while the clock moves on.
    private Task UntilAsync(Func<bool> condition, string? answer = null) => Eventually.TrueAsync(
        condition,
        () =>
        {
            var value = _node.Cache.Load("k", "new", null, "t").AsTask();
            if (answer is not null && value.IsCompletedSuccessfully) Assert.Equal(answer, value.Result);
            _nodes.Time.Advance(TimeSpan.FromMilliseconds(500));
        });

    /// <summary>What one node's meter counted, by result.</summary>
    private sealed class Verifications : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _counts = new();
        private readonly MeterListener _listener = new();

        public Verifications(TestCache node)
        {
            var factory = node.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "distributedcache.verifications" && ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Key == "distributedcache.verification.result") _counts.AddOrUpdate((string)tag.Value!, value, (_, sum) => sum + value);
                }
            });
            _listener.Start();
        }

        public IEnumerable<string> Results => _counts.Keys;

        public long this[string result] => _counts.GetValueOrDefault(result);

        public void Dispose() => _listener.Dispose();
    }
}
