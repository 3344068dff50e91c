using DistributedCache.Chaos.Checks;
using DistributedCache.Chaos.Faults;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos;

/// <summary>One run: servers, nodes, load and faults, and at its end the rows of the table.</summary>
internal sealed class ChaosRun(ChaosOptions options, Action<string> say)
{
    private const int ReadersPerNode = 2;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly string _application = $"chaos-{Guid.NewGuid():N}";
    private readonly Random _random = new(options.Seed);
    private readonly World _world = new();

    public async Task<IReadOnlyList<Row>> RunAsync()
    {
        await using var cluster = await RedisCluster.StartAsync(options.NodeTimeout);
        await using var fleet = await Fleet.StartAsync(options, cluster.ConnectionString, _application, _world);
        try
        {
            await StrikeAsync(cluster, fleet);
            await FindAllAsync(fleet);
        }
        finally
        {
            // Of a run that ended in the middle, the history is all there is to look at.
            if (options.History is { } file) await HistoryFile.WriteAsync(file, _world.Keys, _world.History.Events);
        }

        return HistoryChecker.Judge(new Evidence(_world.History.Events, _world.Keys, TieredNode.MaxStaleness.TotalMilliseconds));
    }

    private async Task StrikeAsync(RedisCluster cluster, Fleet fleet)
    {
        var recovery = new RecoveryWatch(fleet.Nodes, _world);
        if (await recovery.UntilCoherentAsync(StartTime) is null) throw new TimeoutException($"The nodes did not become coherent within {StartTime} of their start.");

        var scene = new FaultScene(cluster, options.NodeTimeout, fleet.Nodes, _world, new FailoverLosses(cluster, _application, fleet.Nodes, _world), _random);
        var deck = new FaultDeck([.. options.Faults.Select(Fault)], _random);
        using var stop = new CancellationTokenSource();
        var load = LoadAsync(cluster, fleet.Nodes, await fleet.AddAsync(), stop.Token);
        try
        {
            await new FaultRunner(scene, deck, recovery, say).RunAsync(TimeSpan.FromSeconds(options.Seconds));
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }
    }

    private Task LoadAsync(RedisCluster cluster, IReadOnlyList<RecordedNode> nodes, RecordedNode inspector, CancellationToken stop)
    {
        var rows = new StoredRows();
        List<Func<CancellationToken, Task>> work =
        [
            new ReachProbe(nodes, cluster, _world, NextRandom()).RunAsync,
            new Inspector(inspector, _world, NextRandom()).RunAsync,
        ];
        foreach (var node in nodes)
        {
            work.Add(new Writer(node, _world, rows, NextRandom()).RunAsync);
            for (var i = 0; i < ReadersPerNode; i++) work.Add(new Reader(node, _world, NextRandom()).RunAsync);
        }

        return Task.WhenAll(work.Select(run => Task.Run(() => run(stop), CancellationToken.None)));
    }

    // What was queued has had its time to be sent; then a node that was not there shows what Redis has, the others what they kept.
    private async Task FindAllAsync(Fleet fleet)
    {
        await Task.Delay(Calm);
        RecordedNode[] nodes = [.. fleet.Nodes, await fleet.AddAsync()];
        await new RecoveryWatch(nodes, _world).UntilCoherentAsync(Calm);
        foreach (var node in nodes)
            foreach (var key in _world.Keys.All) await node.FindAsync(key);
    }

    private Random NextRandom() => new(_random.Next());

    private IFault Fault(string name) => name switch
    {
        "kill" => new KillFault(),
        "hang" => new HangFault(),
        "failover" => new FailoverFault(),
        "cut" => new CutFault(),
        "drop" => new DropFault(),
        "reshard" => new ReshardFault(_application),
        "flush" => new FlushFault(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such fault."),
    };
}
