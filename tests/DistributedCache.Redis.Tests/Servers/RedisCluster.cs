using System.Globalization;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>A cluster of three masters with a replica each, on loopback.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Masters = 3, Slots = 16_384;

    private readonly RedisProcess[] _nodes;

    private RedisCluster(RedisProcess[] nodes) => _nodes = nodes;

    /// <summary>The six servers; the first three began as masters.</summary>
    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    public string ConnectionString => string.Join(',', _nodes.Select(n => n.Endpoint));

    /// <param name="nodeTimeout">cluster-node-timeout, in milliseconds: how long a node may be silent before it counts as failed. Longer than a
    /// test by default: on a busy machine one is silent now and then, and no replica takes over that is not told to.</param>
    /// <param name="settings">More lines of redis.conf, for every node.</param>
    public static async Task<RedisCluster> StartAsync(int nodeTimeout = 60_000, params string[] settings)
    {
        string[] all =
        [
            "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-replica-validity-factor 0",
            $"cluster-node-timeout {nodeTimeout.ToString(CultureInfo.InvariantCulture)}", .. settings,
        ];
        var starts = Enumerable.Range(0, 2 * Masters).Select(_ => RedisProcess.StartAsync(all)).ToArray();
        try
        {
            await Task.WhenAll(starts);
        }
        catch
        {
            foreach (var start in starts.Where(s => s.IsCompletedSuccessfully)) await (await start).DisposeAsync();
            throw;
        }

        var cluster = new RedisCluster([.. starts.Select(s => s.Result)]);
        try
        {
            await cluster.FormAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The slot of a key, as a server reckons it.</summary>
    public async Task<int> SlotOfAsync(string key) => (int)(long)(await Running.First().ExecuteAsync("CLUSTER", "KEYSLOT", key))!;

    /// <summary>The running node that owns a slot by its own word; of two that claim it, the one with the newer epoch.</summary>
    /// <exception cref="TimeoutException">No running node has owned it for half a minute.</exception>
    public async Task<RedisProcess> MasterOfAsync(int slot)
    {
        RedisProcess? master = null;
        await Poll.UntilAsync(
            async () => (master = await TryMasterOfAsync(slot)) is not null,
            () => $"No running node owned slot {slot}. {LogTails()}");
        return master!;
    }

    public async Task<RedisProcess> MasterOfAsync(string key) => await MasterOfAsync(await SlotOfAsync(key));

    /// <summary>The first number, from 0, whose name lives on a master.</summary>
    public async Task<int> FirstOnAsync(RedisProcess master, Func<int, string> nameOf)
    {
        for (var number = 0; ; number++)
        {
            if (await MasterOfAsync(nameOf(number)) == master) return number;
        }
    }

    /// <summary>The running replicas of a master, by their own word.</summary>
    public async Task<IReadOnlyList<RedisProcess>> ReplicasOfAsync(RedisProcess master)
    {
        var id = (await ClusterNode.AllOfAsync(Running.First())).Single(n => n.Port == master.Port).Id;
        var replicas = new List<RedisProcess>();
        foreach (var node in Running)
            if ((await ClusterNode.OfAsync(node)).Master == id) replicas.Add(node);
        return replicas;
    }

    /// <summary>Moves a slot and its keys to another master, as a reshard does.</summary>
    public async Task MoveSlotAsync(int slot, RedisProcess target)
    {
        var source = await MasterOfAsync(slot);
        if (source == target) return;

        await BeginMoveAsync(slot, source, target);
        await MoveKeysAsync(slot, source, target);
        await EndMoveAsync(slot, source, target);
    }

    /// <summary>Marks a slot as on the move: the source answers ASK for keys it has not.</summary>
    public static async Task BeginMoveAsync(int slot, RedisProcess source, RedisProcess target)
    {
        await target.ExecuteAsync("CLUSTER", "SETSLOT", Text(slot), "IMPORTING", await IdOfAsync(source));
        await source.ExecuteAsync("CLUSTER", "SETSLOT", Text(slot), "MIGRATING", await IdOfAsync(target));
    }

    /// <summary>Moves the keys of a slot that is on the move.</summary>
    public static async Task MoveKeysAsync(int slot, RedisProcess source, RedisProcess target)
    {
        while (await source.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", Text(slot), "100") is object?[] { Length: > 0 } keys)
            await source.ExecuteAsync(["MIGRATE", "127.0.0.1", Text(target.Port), "", "0", "5000", "KEYS", .. keys.Cast<string>()]);
    }

    /// <summary>Gives a slot whose keys have moved to its new master; the target learns it first, so that the slot never has no owner.</summary>
    public async Task EndMoveAsync(int slot, RedisProcess source, RedisProcess target)
    {
        var id = await IdOfAsync(target);
        await target.ExecuteAsync("CLUSTER", "SETSLOT", Text(slot), "NODE", id);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", Text(slot), "NODE", id);
        foreach (var node in Running.Where(n => n != source && n != target))
            if ((await ClusterNode.OfAsync(node)).IsMaster) await node.ExecuteAsync("CLUSTER", "SETSLOT", Text(slot), "NODE", id);
    }

    /// <summary>Brings back what was stopped or killed, and waits until every node is well and every replica in step.</summary>
    public async Task HealAsync()
    {
        foreach (var node in _nodes) await node.ReviveAsync();
        await WaitUntilWellAsync();
    }

    /// <summary>Waits until all six nodes say "ok", three are masters and three are replicas linked to theirs.</summary>
    public async Task WaitUntilWellAsync()
    {
        foreach (var node in _nodes)
            await Poll.UntilAsync(() => IsWellAsync(node), () => $"A node of the cluster did not become well. {node.LogTail()}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private IEnumerable<RedisProcess> Running => _nodes.Where(n => n.IsRunning);

    private string LogTails() => string.Join("\n", _nodes.Select(n => n.LogTail()));

    private async Task FormAsync()
    {
        for (var i = 0; i < Masters; i++)
        {
            await _nodes[i].ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", Text(Slots * i / Masters), Text((Slots * (i + 1) / Masters) - 1));
            // Different epochs from the start: nodes with the same one would have to settle it first.
            await _nodes[i].ExecuteAsync("CLUSTER", "SET-CONFIG-EPOCH", Text(i + 1));
        }

        foreach (var node in _nodes)
            foreach (var other in _nodes.Where(n => n != node))
                await node.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", Text(other.Port));

        for (var i = 0; i < Masters; i++)
        {
            var (replica, id) = (_nodes[Masters + i], await IdOfAsync(_nodes[i]));
            await Poll.UntilAsync(
                async () => await replica.ExecuteAsync("CLUSTER", "REPLICATE", id) is "OK",
                () => $"A replica did not get to know its master. {replica.LogTail()}");
        }

        await WaitUntilWellAsync();
    }

    private async Task<RedisProcess?> TryMasterOfAsync(int slot)
    {
        (RedisProcess? Node, long Epoch) best = (null, -1);
        foreach (var node in Running)
        {
            var self = await ClusterNode.OfAsync(node);
            if (self.IsMaster && self.Owns(slot) && self.Epoch > best.Epoch) best = (node, self.Epoch);
        }

        return best.Node;
    }

    private async Task<bool> IsWellAsync(RedisProcess node)
    {
        if (RedisProcess.Field((string)(await node.ExecuteAsync("CLUSTER", "INFO"))!, "cluster_state") != "ok") return false;

        var known = await ClusterNode.AllOfAsync(node);
        return known.Count == _nodes.Length
            && known.Count(n => n.IsMaster && n.Slots.Count > 0) == Masters
            && known.Count(n => n.Flags.Contains("slave")) == Masters
            && !known.Any(n => n.Flags.Any(f => f is "fail" or "fail?" or "handshake" or "noaddr"))
            && (await node.InfoAsync("replication", "role") == "master" || await node.InfoAsync("replication", "master_link_status") == "up");
    }

    private static async Task<string> IdOfAsync(RedisProcess node) => (string)(await node.ExecuteAsync("CLUSTER", "MYID"))!;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
