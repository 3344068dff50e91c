using System.Collections.Concurrent;

namespace DistributedCache.Chaos.Workload;

/// <summary>The locks of the rows whose values are stored by who writes them.</summary>
internal sealed class StoredRows
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new();

    public async Task<IDisposable> LockAsync(string key)
    {
        var row = _locks.GetOrAdd(key, static _ => new SemaphoreSlim(1));
        await row.WaitAsync();
        return new Held(row);
    }

    private sealed class Held(SemaphoreSlim row) : IDisposable
    {
        public void Dispose() => row.Release();
    }
}
