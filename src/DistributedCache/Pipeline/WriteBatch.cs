using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Local;
using DistributedCache.Remote;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>The values of one Set, made ready before anything is sent: stamps, times, bytes, and each key's registration.</summary>
internal sealed class WriteBatch<T> : IDisposable
{
    private readonly CacheEngine _engine;
    private readonly PartitionState _partition;
    private readonly List<PendingWrite<T>> _writes = [];

    public WriteBatch(CacheEngine engine, int partition, IReadOnlyList<(EntryCall Call, T Value)> values, SeenSnapshot seen)
    {
        _engine = engine;
        _partition = engine.Coherence[partition];
        foreach (var (call, value) in values)
        {
            PendingKey pending;
            lock (_partition.Lock) pending = _partition.Register(call.Key.Index);
            PendingWrite<T> write;
            try
            {
                write = new PendingWrite<T>(engine, call, value, pending, seen);
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

    public List<PendingWrite<T>> Cached { get; } = [];

    public List<PendingWrite<T>> Primary { get; } = [];

    /// <summary>Keys whose values can't be stored.</summary>
    public List<CacheKey> Refused { get; } = [];

    public void Dispose()
    {
        foreach (var write in _writes)
        {
            lock (_partition.Lock) _partition.Unregister(write.Pending);
            write.Dispose();
        }
    }
}

/// <summary>One value on its way.</summary>
internal sealed class PendingWrite<T> : IDisposable
{
    private readonly CacheEngine _engine;
    private readonly T _value;
    private readonly StampSet _stamps;
    private readonly EntryTimes? _times;
    private readonly PooledBufferWriter? _bytes;
    private readonly PooledBufferWriter? _envelope;

    public PendingWrite(CacheEngine engine, EntryCall call, T value, PendingKey pending, SeenSnapshot seen)
    {
        _engine = engine;
        Call = call;
        Pending = pending;
        _value = value;
        var now = engine.Clock.Now;
        _times = engine.IsEnabled ? CacheEngine.Times(call.Policy, null, value is null, now, 0) : null;
        _stamps = engine.Calls.Stamps(call, [], seen);
        var sends = engine.Remote.HoldsValues && call.WritesRemote;
        if (_times is not { } times) return;
        var raw = (value as StoredPayload)?.Bytes;
        var needsBytes = value is not null && raw is null && (sends || call.Isolates);
        _bytes = needsBytes ? engine.Values.TrySerialize(value) : null;
        IsStorable = !needsBytes || _bytes is not null;
        if (!IsStorable || !sends) return;
        _envelope = new PooledBufferWriter(int.MaxValue);
        StoredValue.Write(
            _envelope, call.Key, times, _stamps, 0, (ulong)Random.Shared.NextInt64(), value is null, !engine.KeepsLocally(call, times), engine.Clock,
            call.Policy.Profile.CompressAbove, _bytes is null ? raw : _bytes.WrittenSpan);
    }

    public EntryCall Call { get; }

    public PendingKey Pending { get; }

    public bool IsStorable { get; }

    public RemoteWrite Remote => new(Call.Key, _envelope?.WrittenMemory ?? default, _times?.TimeToLive(_engine.Clock.Now) ?? default);

    /// <summary>Keeps the value in L1 under the number the write got; false where there is no room.</summary>
    public bool Keep(long sequence)
    {
        if (_times is not { } times || !Call.WritesLocal || !_engine.KeepsLocally(Call, times)) return true;
        var (stored, weight) = _engine.Values.Pack(Call, _value, _bytes, _stamps);
        var entry = _engine.MakeEntry(Call, stored, weight, CacheEngine.LocalTimes(Call.Policy, times, times.Created), _stamps, sequence);
        var result = _engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], Pending);
        _engine.Kept(result, Call.Policy.Profile);
        return result is PutResult.Stored or PutResult.NotAdmitted;
    }

    public void Dispose()
    {
        _bytes?.Dispose();
        _envelope?.Dispose();
    }
}
