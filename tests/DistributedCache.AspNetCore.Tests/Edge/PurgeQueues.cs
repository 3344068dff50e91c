using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Remote;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Queues of purges on a clock of their own, which end with the test.</summary>
public abstract class PurgeQueues : IAsyncDisposable
{
    private protected static TimeSpan MaxStaleness { get; } = TimeSpan.FromSeconds(2);

    private protected static TimeSpan RemoteTimeout { get; } = TimeSpan.FromSeconds(1);

    private protected RecordedTime Time { get; } = new();

    private protected RecordedLog Log { get; } = new();

    private protected EdgeMeter Meter { get; } = new(null, "");

    /// <summary>Those that end with the test.</summary>
    private protected List<PurgeQueue> Made { get; } = [];

    /// <summary>Completed when the test is over.</summary>
    private protected TaskCompletionSource Ends { get; } = new();

    public async ValueTask DisposeAsync()
    {
        Ends.SetResult();
        foreach (var queue in Made) await queue.DisposeAsync();
        Meter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A queue whose purge of the tag has begun, and ends with the edge's answer, as those that follow do.</summary>
    private protected async Task<(PurgeQueue Queue, RecordedPurger Edge, TaskCompletionSource Answer)> PurgingAsync(string tag)
    {
        var answer = new TaskCompletionSource();
        var edge = new RecordedPurger(Time) { OnPurge = _ => answer.Task };
        var queue = Queue(edge);
        await queue.AddAsync(tag);
        await edge.NextAsync();
        return (queue, edge, answer);
    }

    private protected PurgeQueue Queue(IEdgePurger purger, IRemoteSchedule? remote = null, string name = "edge", EdgeOptions? options = null, int batchSize = EdgeSite.LargestBatch)
    {
        options ??= new EdgeOptions();
        var site = new EdgeSite(name, new EdgeTagFormat("tags", ',', 32, 32, 8_192), HeedsTargets: true, batchSize, purger);
        var store = new PurgeStore(name, options.PendingLimit, remote, RemoteTimeout, Time, Log);
        var queue = new PurgeQueue(site, store, options, MaxStaleness, Time, Meter, Log);
        Made.Add(queue);
        return queue;
    }
}
