using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Tests.Resilience;

/// <summary>Whatever the remote tier throws, no caller sees it.</summary>
public class FailingRemoteTests
{
    private static readonly string[] Steps = ["Follow", "ReadHeads", "ReadMarks", "Invalidate", "Set", "Get", "GetMany", "Lease", "Extend", "Release", "Fill", "SetPrimary", "Renew"];

    private static TestCache Make(TwoNodes two, Func<string, bool> fails) => TestCache.Make(
        o => o.Profiles["session"] = new() { Keys = ["s:"] }, null, two.Time, services => services.AddSingleton<IRemoteTier>(new FailingRemote(two.Remote, fails)));

    public static TheoryData<string> Each => new(Steps.Append("all"));

    [Theory]
    [MemberData(nameof(Each))]
    public async Task EveryOperation_TierFails_ThrowsNothing(string step)
    {
        // In one partition, so that what is set first is older than what the node has followed: its marks are asked for.
        await using var two = TwoNodes.Make(partitions: 1);
        for (var i = 0; i < 3; i++) await two.A.Set($"a:{i}", -1, null, "t");
        await using var node = Make(two, s => step == "all" || s == step);
        var stop = TestContext.Current.CancellationToken;
        for (var round = 0; round < 2; round++)
        {
            Assert.NotEqual(0, await node.Cache.Load("a:0", 1, null, "t"));
            Assert.NotEqual(0, (await node.Cache.Entry("a:9", 1, null, "t")).Value);
            await node.Cache.Find<int>("a:1");
            Assert.Equal(2, (await node.Cache.GetManyAsync<int>(["a:1", "b"], cancellationToken: stop)).Count);
            Assert.Equal(3, (await node.Cache.GetOrCreateManyAsync<int>(
                ["a:0", "a:1", "c"], (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(k => k, _ => 2)), cancellationToken: stop)).Count);
            await node.Cache.Set("a:1", 3);
            await node.Cache.SetManyAsync([KeyValuePair.Create("a:1", 4), KeyValuePair.Create("d", 4)], cancellationToken: stop);
            await node.Cache.Expire("a:1");
            await node.Cache.Remove("a:1");
            await node.Cache.RemoveManyAsync(["a:1", "d"], stop);
            await node.Cache.RemoveTag("t");
            await node.Cache.RemovePrefix("a:");
            var token = (await node.Cache.Clear()).Token.Merge((await two.A.Clear()).Token);
            var waiting = node.Cache.WaitForAsync(token, TimeSpan.FromSeconds(1), stop);
            await Eventually.DoneAsync(waiting, two.Time, TimeSpan.FromMilliseconds(200));
            await node.Cache.Set("s:1", "x");
            await node.Cache.Load("s:2", "x");
            await node.Cache.Find<string>("s:2");
            two.Time.Advance(TimeSpan.FromMinutes(3));
        }
    }

    [Fact]
    public async Task Write_TierIsAway_IsQueuedAndLeavesNothingOlderHere()
    {
        var isAway = false;
        await using var two = TwoNodes.Make();
        await using var node = Make(two, _ => isAway);
        foreach (var key in new[] { "a", "b", "c" }) await node.Cache.Set(key, 1);
        isAway = true;
        Assert.Equal(InvalidationStatus.Queued, (await node.Cache.Set("a", 2)).Status);
        Assert.Equal(InvalidationStatus.Queued, (await node.Cache.Remove("b")).Status);
        Assert.Equal(InvalidationStatus.Queued, (await node.Cache.RemoveManyAsync(["c"], TestContext.Current.CancellationToken)).Status);
        foreach (var key in new[] { "a", "b", "c" }) Assert.False((await node.Cache.Find<int>(key)).HasValue, key);
    }

    [Fact]
    public async Task Load_RemovedWhileTheTierIsAway_IsNotKept()
    {
        var isAway = false;
        await using var two = TwoNodes.Make();
        await using var node = Make(two, _ => isAway);
        isAway = true;
        var source = new TestSource<int>();
        var early = node.Cache.Load("a", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        await node.Cache.Remove("a");
        var newcomer = node.Cache.Load("a", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 2);
        source[0].Answer(1);
        source[1].Answer(2);
        Assert.Equal((1, 2), (await early, await newcomer));
        isAway = false;
        Assert.NotEqual(1, await node.Cache.Load("a", 2));
    }

    [Fact]
    public async Task Primary_TierIsAway_SaysSo()
    {
        var isAway = true;
        await using var two = TwoNodes.Make();
        await using var node = Make(two, step => isAway && step is "Get" or "GetMany" or "SetPrimary");
        Assert.Equal(InvalidationStatus.Rejected, (await node.Cache.Set("s:1", "x")).Status);
        Assert.True((await node.Cache.Find<string>("s:1")).IsUnavailable);
        Assert.True((await node.Cache.GetManyAsync<string>(["s:1"], cancellationToken: TestContext.Current.CancellationToken))["s:1"].IsUnavailable);
        isAway = false;
        Assert.False((await node.Cache.Find<string>("s:9")).IsUnavailable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_LogThrowsWhenTheTierFails_IsToldSoAndTheNextLoads(bool mayLeave)
    {
        var logs = new FullLogs();
        await using var two = TwoNodes.Make();
        await using var node = TestCache.Make(time: two.Time, services: services => services
            .AddSingleton<IRemoteTier>(new FailingRemote(two.Remote, static step => step == "Get"))
            .AddLogging(logging => logging.AddProvider(logs)));
        logs.IsFull = true;
        var stop = mayLeave ? TestContext.Current.CancellationToken : CancellationToken.None;

        await Assert.ThrowsAsync<AggregateException>(() => Eventually.DoneAsync(LoadAsync()));
        logs.IsFull = false;
        Assert.Equal(1, await Eventually.DoneAsync(LoadAsync()));

        Task<int> LoadAsync() => node.Cache.GetOrCreateAsync("a", static (_, _) => ValueTask.FromResult(1), cancellationToken: stop).AsTask();
    }

    private sealed class FullLogs : ILoggerProvider, ILogger
    {
        public bool IsFull { get; set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsFull) throw new IOException("The log is full.");
        }

        public void Dispose()
        {
        }
    }
}
