using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>Where a key's entry and lease live.</summary>
internal static class PhysicalKeys
{
    public static RedisKey Entry(this PartitionNames names, in CacheKey key) => key.IsPrimary
        ? names.Primary(key.Partition, key.Tenant, NameOf(key))
        : names.Entry(key.Partition, key.Version, key.Tenant, key.Name);

    public static RedisKey Lease(this PartitionNames names, in CacheKey key) => names.Lease(key.Partition, key.Version, key.Tenant, key.Name);

    /// <summary>For each version in use the entry and the lease; of a primary key, which has neither version nor lease, the value and a
    /// name that is never used.</summary>
    public static void AddEveryVersion(this PartitionNames names, in CacheKey key, IReadOnlyList<string> versions, List<RedisKey> keys)
    {
        if (key.IsPrimary)
        {
            keys.Add(names.Entry(key));
            keys.Add(names.Lease(key.Partition, "_", key.Tenant, NameOf(key)));
            return;
        }

        foreach (var version in versions)
        {
            keys.Add(names.Entry(key.Partition, version, key.Tenant, key.Name));
            keys.Add(names.Lease(key.Partition, version, key.Tenant, key.Name));
        }
    }

    // A distributed key's index has a first character no other key can have.
    private static string NameOf(in CacheKey key) => key.Kind == KeyKind.Distributed ? key.Index : key.Name;
}
