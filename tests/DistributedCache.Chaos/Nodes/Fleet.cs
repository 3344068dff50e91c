using DistributedCache.Chaos.Rivals;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Nodes;

/// <summary>The cache nodes of a run.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<RecordedNode> _all = [];
    private readonly Func<Task<ICacheNode>> _start;
    private readonly World _world;

    private Fleet(Func<Task<ICacheNode>> start, World world) => (_start, _world) = (start, world);

    /// <summary>Those that serve the load.</summary>
    public IReadOnlyList<RecordedNode> Nodes { get; private set; } = [];

    public static async Task<Fleet> StartAsync(ChaosOptions options, string connectionString, string application, World world)
    {
        var fleet = new Fleet(
            options.Rival switch
            {
                "fusion" => async () => await FusionNode.StartAsync(connectionString, application),
                "hybrid" => async () => await HybridNode.StartAsync(connectionString, application),
                _ => () => Task.FromResult<ICacheNode>(TieredNode.Start(connectionString, application)),
            },
            world);
        for (var i = 0; i < options.Nodes; i++) await fleet.AddAsync();
        fleet.Nodes = [.. fleet._all];
        return fleet;
    }

    /// <summary>Starts one more.</summary>
    public async Task<RecordedNode> AddAsync()
    {
        var node = new RecordedNode(_all.Count, _start, _world);
        _all.Add(node);
        await node.StartAsync();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _all) await node.DisposeAsync();
    }
}
