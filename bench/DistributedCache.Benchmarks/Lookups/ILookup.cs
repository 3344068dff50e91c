namespace DistributedCache.Benchmarks.Lookups;

/// <summary>
/// A cache that holds <see cref="HotKeys.Stored"/>, asked as its users ask it. Implemented by structs, so that each has
/// machine code and a profile of its own and no call is virtual that isn't in the cache itself.
/// </summary>
public interface ILookup
{
    Product Get(string key);
}
