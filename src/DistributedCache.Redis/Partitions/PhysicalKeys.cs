using System.Text;
using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>Where a key's entry and lease live.</summary>
/// <remarks>What names of one partition and version begin with is made once, and the client sends it before the key: a name costs no
/// string. Not so with tenants, which are many.</remarks>
internal sealed class PhysicalKeys(PartitionNames names)
{
    // In a partition; with more versions in use than that, names are made whole.
    private const int MaximumVersions = 8;

    private readonly Beginning[]?[] _beginnings = new Beginning[names.Count][];

    public RedisKey Entry(in CacheKey key) => key.IsPrimary
        ? names.Primary(key.Partition, key.Tenant, NameOf(key))
        : Entry(key, key.Version);

    public RedisKey Lease(in CacheKey key) => Lease(key, key.Version);

    /// <summary>For each version in use the entry and the lease; of a primary key, which has neither version nor lease, the value and a
    /// name that is never used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="versions">The versions in use.</param>
    /// <param name="keys">Where they are added.</param>
    /// <param name="leavesOutOwn">Whether the entry of the key's own version is left out.</param>
    public void AddEveryVersion(in CacheKey key, IReadOnlyList<string> versions, List<RedisKey> keys, bool leavesOutOwn = false)
    {
        if (key.IsPrimary)
        {
            keys.Add(Entry(key));
            keys.Add(names.Lease(key.Partition, "_", key.Tenant, NameOf(key)));
            return;
        }

        for (var i = 0; i < versions.Count; i++)
        {
            if (!leavesOutOwn || versions[i] != key.Version) keys.Add(Entry(key, versions[i]));
            keys.Add(Lease(key, versions[i]));
        }
    }

    private RedisKey Entry(in CacheKey key, string version) => key.Tenant.Length == 0 && Find(key.Partition, version) is { } beginning
        ? ((RedisKey)key.Name).Prepend(beginning.Entry)
        : names.Entry(key.Partition, version, key.Tenant, key.Name);

    private RedisKey Lease(in CacheKey key, string version) => key.Tenant.Length == 0 && Find(key.Partition, version) is { } beginning
        ? ((RedisKey)key.Name).Prepend(beginning.Lease)
        : names.Lease(key.Partition, version, key.Tenant, key.Name);

    private Beginning? Find(int partition, string version)
    {
        var known = Volatile.Read(ref _beginnings[partition]) ?? [];
        foreach (var beginning in known)
        {
            if (beginning.Version == version) return beginning;
        }

        if (known.Length == MaximumVersions) return null;

        // Of two that add at once one is lost, and added again when it is next asked for.
        var added = new Beginning(version, Bytes(names.Entry(partition, version, "", "")), Bytes(names.Lease(partition, version, "", "")));
        Volatile.Write(ref _beginnings[partition], [.. known, added]);
        return added;

        static RedisKey Bytes(string name) => Encoding.UTF8.GetBytes(name);
    }

    // A distributed key's index has a first character no other key can have.
    private static string NameOf(in CacheKey key) => key.Kind == KeyKind.Distributed ? key.Index : key.Name;

    private sealed record Beginning(string Version, RedisKey Entry, RedisKey Lease);
}
