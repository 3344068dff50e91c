using DistributedCache.Coherence;
using DistributedCache.Keys;

namespace DistributedCache.Pipeline;

/// <summary>The values of one Set, made ready before anything is sent: stamps, times, bytes, and each key's registration.</summary>
internal sealed class WriteBatch<T> : IDisposable
{
    private readonly CacheEngine _engine;
    private readonly PartitionState _partition;
    private readonly EnvelopeBuffers _envelopes = new();
    private readonly List<PendingWrite<T>> _writes;

    public WriteBatch(CacheEngine engine, int partition, IReadOnlyList<(EntryCall Call, T Value)> values, SeenSnapshot seen)
    {
        _engine = engine;
        _partition = engine.Coherence[partition];
        _writes = new List<PendingWrite<T>>(values.Count);
        Cached = new List<PendingWrite<T>>(values.Count);

        // Values become bytes one after the other, over the same scratch.
        using var scratch = engine.Values.Scratch();
        foreach (var (call, value) in values)
        {
            var pending = new WrittenKey(call.Key.Index);
            lock (_partition.Lock) _partition.Register(pending);
            PendingWrite<T> write;
            try
            {
                write = new PendingWrite<T>(engine, call, value, pending, seen, scratch, _envelopes);
            }
            catch
            {
                // Strict: the value can't be serialized.
                lock (_partition.Lock) _partition.Unregister(pending);
                Dispose();
                throw;
            }

            _writes.Add(write);
            if (!write.IsStorable) Refused.Add(call.Key);
            else (call.Key.IsPrimary ? Primary : Cached).Add(write);
        }
    }

    public List<PendingWrite<T>> Cached { get; }

    public List<PendingWrite<T>> Primary { get; } = [];

    /// <summary>Keys whose values can't be stored.</summary>
    public List<CacheKey> Refused { get; } = [];

    public void Dispose()
    {
        lock (_partition.Lock)
        {
            foreach (var write in _writes) _partition.Unregister(write.Pending);
        }

        _envelopes.Dispose();
    }
}
