using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Faults;

/// <summary>Moves a slot with its keys to another master under load, and back.</summary>
internal sealed class ReshardFault(string application) : IFault
{
    private readonly PartitionNames _names = new(application, new TieredCacheOptions().Partitions);

    private int _slot;
    private RedisProcess? _home;

    public string Name => "reshard";

    public IReadOnlyList<string> Forms => ["a slot"];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        var key = scene.World.Keys.Items[scene.Random.Next(scene.World.Keys.Items.Count)];
        _slot = _names.Slot(_names.Partitioner.OfKey("", key.Name));
        _home = await scene.Cluster.MasterOfAsync(_slot);
        var others = (await scene.MastersAsync()).Where(master => master != _home).ToArray();
        await MoveAsync(scene, _home, others[scene.Random.Next(others.Length)]);
        return new(-1, scene.Now);
    }

    public async Task HealAsync(FaultScene scene) => await MoveAsync(scene, await scene.Cluster.MasterOfAsync(_slot), _home!);

    private async Task MoveAsync(FaultScene scene, RedisProcess source, RedisProcess target)
    {
        await RedisCluster.BeginMoveAsync(_slot, source, target);
        await Task.Delay(scene.Random.Next(100, 1_000));
        await RedisCluster.MoveKeysAsync(_slot, source, target);
        await Task.Delay(scene.Random.Next(100, 500));
        // What was made on the source meanwhile.
        await RedisCluster.MoveKeysAsync(_slot, source, target);
        await scene.Cluster.EndMoveAsync(_slot, source, target);
    }
}
