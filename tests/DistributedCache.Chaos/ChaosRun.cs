using DistributedCache.Chaos.Checks;
using DistributedCache.Chaos.Faults;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos;

/// <summary>One run: servers, nodes, load and faults, and at its end the rows of the table.</summary>
internal static class ChaosRun
{
    private const int ReadersPerNode = 2;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Row>> RunAsync(ChaosOptions options, Action<string> say)
    {
        var random = new Random(options.Seed);
        var application = $"chaos-{Guid.NewGuid():N}";
        await using var cluster = await RedisCluster.StartAsync(options.NodeTimeout);
        var world = new World();
        await using var fleet = await Fleet.StartAsync(options, cluster.ConnectionString, application, world);

        var recovery = new RecoveryWatch(fleet.Nodes, world);
        if (await recovery.UntilCoherentAsync(TimeSpan.FromSeconds(30)) is null) throw new TimeoutException("The nodes did not become coherent before the first fault.");

        using var stop = new CancellationTokenSource();
        var load = LoadAsync(fleet.Nodes, await fleet.AddAsync(), world, random, stop.Token);
        var scene = new FaultScene(cluster, options.NodeTimeout, fleet.Nodes, world, new FailoverLosses(cluster, application, fleet.Nodes, world), random);
        var deck = new FaultDeck([.. options.Faults.Select(name => Fault(name, application))], random);
        await new FaultRunner(scene, deck, recovery, say).RunAsync(TimeSpan.FromSeconds(options.Seconds));
        await stop.CancelAsync();
        await load;

        await FindAllAsync(fleet, world);
        if (options.History is { } file) await HistoryFile.WriteAsync(file, world.Keys, world.History.Events);
        return HistoryChecker.Judge(new Evidence(world.History.Events, world.Keys, TieredNode.MaxStaleness.TotalMilliseconds));
    }

    private static Task LoadAsync(IReadOnlyList<RecordedNode> nodes, RecordedNode inspector, World world, Random random, CancellationToken stop)
    {
        var rows = new StoredRows();
        var probe = new ReachProbe(nodes, world, new Random(random.Next()));
        var inspection = new Inspector(inspector, world, new Random(random.Next()));
        var work = new List<Task> { Task.Run(() => probe.RunAsync(stop), CancellationToken.None), Task.Run(() => inspection.RunAsync(stop), CancellationToken.None) };
        foreach (var node in nodes)
        {
            var writer = new Writer(node, world, rows, new Random(random.Next()));
            work.Add(Task.Run(() => writer.RunAsync(stop), CancellationToken.None));
            for (var i = 0; i < ReadersPerNode; i++)
            {
                var reader = new Reader(node, world, new Random(random.Next()));
                work.Add(Task.Run(() => reader.RunAsync(stop), CancellationToken.None));
            }
        }

        return Task.WhenAll(work);
    }

    // What was queued has had its time to be sent; then a node that was not there shows what Redis has, the others what they kept.
    private static async Task FindAllAsync(Fleet fleet, World world)
    {
        await Task.Delay(Calm);
        RecordedNode[] nodes = [.. fleet.Nodes, await fleet.AddAsync()];
        await new RecoveryWatch(nodes, world).UntilCoherentAsync(Calm);
        foreach (var node in nodes)
            foreach (var key in world.Keys.All) await node.FindAsync(key);
    }

    private static IFault Fault(string name, string application) => name switch
    {
        "kill" => new KillFault(),
        "hang" => new HangFault(),
        "failover" => new FailoverFault(),
        "cut" => new CutFault(),
        "drop" => new DropFault(),
        "reshard" => new ReshardFault(application),
        "flush" => new FlushFault(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such fault."),
    };
}
