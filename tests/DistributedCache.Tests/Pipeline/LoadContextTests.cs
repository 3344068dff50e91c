using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Pipeline;

/// <summary>What a factory is given, and what it can say.</summary>
public class LoadContextTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private sealed class Resource : IAsyncDisposable
    {
        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }

    private static TestCache Make() => TestCache.Make(
        o =>
        {
            o.Profiles["Default"].Duration = 10 * Second;
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
        },
        services: s => s.AddScoped<Resource>());

    [Fact]
    public async Task Services_OfALoad_LiveUntilItsTaskEnds()
    {
        await using var node = Make();
        var source = new TestSource<int>();
        ValueTask<int> loading;
        using (var request = node.Services.CreateScope())
        {
            loading = request.ServiceProvider.GetRequiredService<ITieredCache>().Load("a", source);
        }

        var resource = source[0].Context.Services.GetRequiredService<Resource>();
        Assert.Same(resource, source[0].Context.Services.GetRequiredService<Resource>());
        var other = node.Cache.Load("b", source);
        Assert.NotSame(resource, source[1].Context.Services.GetRequiredService<Resource>());
        Assert.False(resource.IsDisposed);
        source[0].Answer(1);
        await loading;
        Assert.True(resource.IsDisposed);
        Assert.Throws<InvalidOperationException>(() => source[0].Context.Services);
        source[1].Answer(2);
        await other;
    }

    [Fact]
    public async Task Services_FactoryFails_AreDisposed()
    {
        await using var node = Make();
        Resource? later = null;
        Resource? atOnce = null;
        await Assert.ThrowsAsync<FormatException>(async () => await node.Cache.GetOrCreateAsync<int>("a", async (load, _) =>
        {
            later = load.Services.GetRequiredService<Resource>();
            await Task.Yield();
            throw new FormatException();
        }, cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<FormatException>(async () => await node.Cache.GetOrCreateAsync<int>("a", (load, _) =>
        {
            atOnce = load.Services.GetRequiredService<Resource>();
            throw new FormatException();
        }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.True(later!.IsDisposed && atOnce!.IsDisposed);
    }

    [Fact]
    public async Task Services_CallerLeaves_LiveUntilTheFactoryEnds()
    {
        await using var node = Make();
        var source = new TestSource<int>();
        using var cancel = new CancellationTokenSource();
        var loading = node.Cache.GetOrCreateAsync("a", source.LoadAsync, cancellationToken: cancel.Token).AsTask();
        var resource = source[0].Context.Services.GetRequiredService<Resource>();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);
        Assert.False(resource.IsDisposed);
        source[0].Cancel();
        await Eventually.TrueAsync(() => resource.IsDisposed);
    }

    [Fact]
    public async Task DoNotStore_Value_IsAnsweredAndKeptNowhere()
    {
        await using var two = TwoNodes.Make();
        var calls = 0;
        for (var i = 1; i < 3; i++)
        {
            Assert.Equal(i, await two.A.GetOrCreateAsync("a", (load, _) =>
            {
                load.DoNotStore();
                return ValueTask.FromResult(++calls);
            }, cancellationToken: TestContext.Current.CancellationToken));
        }

        Assert.False((await two.B.Find<int>("a")).HasValue);
        Assert.Equal(9, await two.B.Load("a", 9));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NotModified_StaleValue_IsFreshAgainWithItsTagsAndValidator(bool fromL2)
    {
        await using var two = TwoNodes.Make(fromL2, o =>
        {
            o.Profiles["Default"].Duration = 10 * Second;
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
        });
        var stop = TestContext.Current.CancellationToken;
        await two.A.GetOrCreateAsync("a", (load, _) =>
        {
            Assert.False(load.HasStale);
            Assert.Null(load.Validator);
            Assert.False(load.TryGetStale<string>(out var _));
            Assert.Throws<InvalidOperationException>(load.NotModified<string>);
            load.Validator = "v1";
            load.Tags.Add("t");
            return ValueTask.FromResult("x");
        }, cancellationToken: stop);
        var reader = fromL2 ? two.B : two.A;
        for (var round = 0; round < 3; round++)
        {
            two.Time.Advance(10 * Second);
            var entry = await reader.GetOrCreateEntryAsync("a", (load, _) =>
            {
                Assert.True(load.TryGetStale<string>(out var stale));
                Assert.Equal("x", stale);
                Assert.Equal("v1", load.Validator);
                Assert.Throws<InvalidOperationException>(() => load.NotModified<int>());
                return ValueTask.FromResult(load.NotModified<string>());
            }, cancellationToken: stop);
            Assert.Equal(("x", 10 * Second, CacheTier.Source), (entry.Value, entry.TimeToLive, entry.Tier));
        }

        await reader.RemoveTag("t");
        Assert.False((await reader.Find<string>("a")).HasValue);
    }

    [Fact]
    public async Task Validator_NewValueNamesNone_HasNone()
    {
        await using var node = Make();
        var stop = TestContext.Current.CancellationToken;
        await node.Cache.GetOrCreateAsync("a", (load, _) =>
        {
            load.Validator = "v1";
            return ValueTask.FromResult("x");
        }, cancellationToken: stop);
        node.Time.Advance(10 * Second);
        await node.Cache.Load("a", "y");
        node.Time.Advance(10 * Second);
        string? known = "unread";
        await node.Cache.GetOrCreateAsync("a", (load, _) =>
        {
            known = load.Validator;
            return ValueTask.FromResult("z");
        }, cancellationToken: stop);
        Assert.Null(known);
    }

    [Fact]
    public async Task NotModified_TagOfTheStaleValueRemovedMeanwhile_IsNotForNewcomers()
    {
        await using var node = Make();
        var source = new TestSource<string>();
        var first = node.Cache.Load("a", source);
        source[0].Context.Tags.Add("t");
        source[0].Answer("x");
        await first;
        node.Time.Advance(10 * Second);
        var again = node.Cache.Load("a", source);
        await node.Cache.RemoveTag("t");
        var newcomer = node.Cache.Load("a", source).AsTask();
        source[1].Answer(source[1].Context.NotModified<string>());
        Assert.Equal("x", await again);
        await Eventually.TrueAsync(() => source.Count == 3);
        source[2].Answer("new");
        Assert.Equal("new", await newcomer);
    }

    [Fact]
    public async Task LocalSize_OfTheFactory_IsTheWeight()
    {
        await using var node = Make();
        var engine = node.Services.GetRequiredService<DistributedCache.Pipeline.CacheEngine>();
        await node.Cache.GetOrCreateAsync("a", (load, _) =>
        {
            load.LocalSize = 12_345;
            return ValueTask.FromResult("x");
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(12_345, engine.Store.Bytes);
    }

    [Fact]
    public async Task Tags_BadOne_FailsTheLoadWithItsReason()
    {
        await using var node = Make();
        var fault = await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.GetOrCreateAsync("a", (load, _) =>
        {
            load.Tags.Add("");
            return ValueTask.FromResult("x");
        }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("tag", fault.Message, StringComparison.Ordinal);
        Assert.Equal("y", await node.Cache.Load("a", "y"));
    }

    [Fact]
    public async Task BulkLoad_Context_HasOneScope()
    {
        await using var node = Make();
        Resource? resource = null;
        await node.Cache.GetOrCreateManyAsync<int>(["a", "b"], async (keys, load, _) =>
        {
            resource = load.Services.GetRequiredService<Resource>();
            load.Tags.Add("t");
            await Task.Yield();
            Assert.False(resource.IsDisposed);
            return keys.ToDictionary(k => k, _ => 1);
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(resource!.IsDisposed);
        await node.Cache.RemoveTag("t");
        Assert.False((await node.Cache.Find<int>("b")).HasValue);
    }
}
