using System.Collections.Concurrent;

namespace DistributedCache.Benchmarks.Stampedes;

/// <summary>The floor: one task a key, that all callers share and nobody can give up waiting for.</summary>
internal sealed class DictionaryStampede() : Stampede("ConcurrentDictionary of Lazy<Task>")
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Product>>> _cache = new();

    protected override Task<Product> AskAsync(string key, Task<Product> gate) =>
        _cache.GetOrAdd(key, static (_, s) => new Lazy<Task<Product>>(() => s.Self.LoadAsync(s.Gate)), (Self: this, Gate: gate)).Value;
}
