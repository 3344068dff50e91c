using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Local;
using DistributedCache.Remote;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>What a factory brought, made ready for the tiers.</summary>
internal sealed class LoadedValue<T> : IDisposable
{
    private readonly CacheEngine _engine;
    private readonly EntryCall _call;
    private readonly EntryTimes _times;
    private readonly long? _localSize;
    private readonly PooledBufferWriter? _bytes;
    private readonly PooledBufferWriter? _envelope;

    /// <param name="engine">The cache.</param>
    /// <param name="call">The call.</param>
    /// <param name="value">The value.</param>
    /// <param name="info">Where it came from.</param>
    /// <param name="times">Null where it is not to be stored.</param>
    /// <param name="stamps">Its stamps.</param>
    /// <param name="sequence">Its key's stamp.</param>
    /// <param name="sends">Whether it may be sent to the remote tier.</param>
    /// <param name="localSize">The factory's word on its weight.</param>
    public LoadedValue(CacheEngine engine, EntryCall call, T value, LookupInfo info, EntryTimes? times, StampSet stamps, long sequence, bool sends, long? localSize)
    {
        (_engine, _call, _localSize, Value, Info, Stamps, Sequence) = (engine, call, localSize, value, info, stamps, sequence);
        if (times is not { } lasting) return;
        _times = lasting;
        var needsBytes = call.Isolates || sends;
        _bytes = needsBytes ? engine.Values.TrySerialize(value) : null;
        var hasBytes = _bytes is not null || value is null;

        // What has no bytes, or too many, is in L1 alone, unless each caller is to have a copy or it is meant to be nowhere else.
        IsStorable = !needsBytes || hasBytes || !(call.Isolates || call.Key.IsPrimary);
        if (!sends || !hasBytes) return;
        _envelope = new PooledBufferWriter(int.MaxValue);
        StoredValue.Write(
            _envelope, call.Key, lasting, stamps, sequence, (ulong)Random.Shared.NextInt64(), value is null, !engine.KeepsLocally(call, lasting), engine.Clock,
            call.Policy.Profile.CompressAbove, _bytes is null ? default : _bytes.WrittenSpan);
    }

    public T Value { get; }

    public LookupInfo Info { get; }

    public StampSet Stamps { get; }

    public long Sequence { get; }

    /// <summary>Whether any tier may have it.</summary>
    public bool IsStorable { get; }

    /// <summary>What is sent; null where nothing is.</summary>
    public RemoteWrite? Remote => _envelope is null ? null : new RemoteWrite(_call.Key, _envelope.WrittenMemory, _times.TimeToLive(_engine.Clock.Now));

    /// <summary>What L1 keeps; null where it may not.</summary>
    public LocalEntry? MakeLocal()
    {
        if (!IsStorable || !_call.WritesLocal || !_engine.KeepsLocally(_call, _times)) return null;
        var (kept, weight) = _engine.Values.Pack(_call, Value, _bytes, Stamps, _localSize);
        return _engine.MakeEntry(_call, kept, weight, Lifetimes.InLocal(_call.Policy, _times, _times.Created), Stamps, Sequence);
    }

    public void Dispose()
    {
        _bytes?.Dispose();
        _envelope?.Dispose();
    }
}
