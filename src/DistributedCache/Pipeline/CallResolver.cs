using System.Buffers;
using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Profiles;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>What a call's key, tags and options come to: where the entry lives, what holds for it, and what it is stamped with.</summary>
internal sealed class CallResolver(ProfileSource profiles, CoherenceState coherence, int maximumKeyLength)
{
    private readonly Partitioner _partitioner = new(coherence.Count);

    /// <summary>The call on a key, all its parts checked and resolved. An immutable value is shared also with those who want copies.</summary>
    public EntryCall Resolve<T>(string tenant, string key, TieredCacheEntryOptions? options, IEnumerable<string>? tags, bool isolates)
    {
        var set = profiles.Current;
        var cacheKey = Key(tenant, key, set, out var keyProfile);
        var policy = EntryPolicy.Resolve(set, keyProfile, key, options);
        return new EntryCall(cacheKey, policy, Tags(tags, cacheKey), (isolates || policy.Profile.Isolate) && !ImmutableTypes.IsImmutable<T>());
    }

    public CacheKey Key(string tenant, string key) => Key(tenant, key, profiles.Current, out _);

    /// <summary>The key of an entry of <c>IDistributedCache</c>, which may be any string.</summary>
    public CacheKey DistributedKey(string key) => new(
        KeyKind.Distributed, "", key, CacheKey.IndexOf(KeyKind.Distributed, "", key), TieredCacheDefaults.Unversioned, _partitioner.OfKey("", key));

    /// <summary>The key that an entry of L1 belongs to; null for what is none, and for names that can't be read back.</summary>
    public CacheKey? KeyOf(string index) => CacheKey.TryParse(index, out var kind, out var tenant, out var name)
        ? kind == KeyKind.Distributed ? DistributedKey(name) : Key(tenant, name)
        : null;

    public int PartitionOf(Mark mark) => mark.Kind == MarkKind.Prefix ? _partitioner.OfPrefix(mark.Tenant, mark.Name) : _partitioner.OfTag(mark.Tenant, mark.Name);

    /// <summary>The stamps of an entry whose load began when that snapshot was taken.</summary>
    public StampSet Stamps(in EntryCall call, IReadOnlyList<string> more, SeenSnapshot seen, long? keyIncarnation = null, string? validator = null)
    {
        var key = seen[call.Key.Partition];
        var origin = new StampOrigin(call.Key.Tenant, call.Key.Partition, key.Incarnation, key.Generation, call.Key.IsPrimary, validator, IsOwn: true);
        if (call.Key.IsPrimary) return coherence.Stamps.Share(origin, []);

        // Rented: nearly all that is made here is known already.
        var stamps = ArrayPool<Stamp>.Shared.Rent(call.Tags.Length + more.Count + PrefixRules.MaxDepth);
        var count = 0;
        try
        {
            foreach (var tag in call.Tags) Add(Mark.Tag(call.Key.Tenant, tag));
            foreach (var tag in more)
            {
                KeyRules.Validate(tag, maximumKeyLength, "tag");
                Add(Mark.Tag(call.Key.Tenant, tag));
            }

            foreach (var prefix in new KeyPrefixes(call.Key.Name)) Add(Mark.Prefix(call.Key.Tenant, prefix.ToString()));
            return coherence.Stamps.Share(origin with { Incarnation = keyIncarnation ?? key.Incarnation, Hold = seen.Hold }, stamps.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<Stamp>.Shared.Return(stamps, clearArray: true);
        }

        void Add(Mark mark)
        {
            foreach (var stamp in stamps.AsSpan(0, count))
            {
                if (stamp.Mark == mark) return;
            }

            var partition = PartitionOf(mark);
            stamps[count++] = new Stamp(mark, partition, seen[partition].Incarnation, seen[partition].Seen);
        }
    }

    private CacheKey Key(string tenant, string key, ProfileSet set, out ResolvedProfile profile)
    {
        KeyRules.Validate(key, maximumKeyLength);
        profile = set.For(key);
        var kind = profile.Primary ? KeyKind.Primary : KeyKind.Cached;
        return new CacheKey(kind, tenant, key, CacheKey.IndexOf(kind, tenant, key), profile.Version, _partitioner.OfKey(tenant, key));
    }

    private string[] Tags(IEnumerable<string>? tags, in CacheKey key)
    {
        if (tags is null) return [];
        string[] all = [.. tags];
        if (all.Length > 0 && key.IsPrimary)
            throw new ArgumentException($"The key '{key.Name}' is primary, which no tag invalidates, but {all.Length} tags were given.", nameof(tags));
        foreach (var tag in all) KeyRules.Validate(tag, maximumKeyLength, nameof(tags));
        return all;
    }
}
