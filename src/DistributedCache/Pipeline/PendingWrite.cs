using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Local;
using DistributedCache.Remote;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>One value on its way into the tiers.</summary>
internal sealed class PendingWrite<T>
{
    private readonly CacheEngine _engine;
    private readonly StampSet _stamps;
    private readonly EntryTimes? _times;
    private readonly PooledBufferWriter? _buffer;
    private readonly int _start;
    private readonly int _length;
    private readonly object? _local;
    private readonly int _weight;

    /// <param name="engine">The cache.</param>
    /// <param name="call">The call.</param>
    /// <param name="value">The value.</param>
    /// <param name="pending">The key's registration.</param>
    /// <param name="seen">What it is stamped with.</param>
    /// <param name="scratch">Where its bytes are made; free again afterwards.</param>
    /// <param name="envelopes">Where its envelope is written.</param>
    public PendingWrite(CacheEngine engine, EntryCall call, T value, PendingKey pending, SeenSnapshot seen, PooledBufferWriter scratch, EnvelopeBuffers envelopes)
    {
        _engine = engine;
        Call = call;
        Pending = pending;
        _times = engine.IsEnabled ? Lifetimes.Of(call.Policy, null, value is null, engine.Clock.Now, 0) : null;
        _stamps = engine.Calls.Stamps(call, [], seen);
        if (_times is not { } times) return;
        var sends = engine.Remote.HoldsValues && call.WritesRemote;
        var raw = (value as StoredPayload)?.Bytes;
        var needsBytes = value is not null && raw is null && (sends || call.Isolates);
        scratch.Reset();
        IsStorable = !needsBytes || engine.Values.TrySerialize(value, scratch);
        if (!IsStorable) return;
        if (call.WritesLocal && engine.KeepsLocally(call, times)) (_local, _weight) = engine.Values.Pack(call, value, needsBytes ? scratch : null, _stamps);
        if (!sends) return;
        _buffer = envelopes.Next();
        _start = _buffer.WrittenCount;

        // The number it is likely to get; the tier writes the one it gives.
        var number = call.Key.IsPrimary ? 0 : seen[call.Key.Partition].Seen + 1;
        StoredValue.Write(
            _buffer, call.Key, times, _stamps, number, (ulong)Random.Shared.NextInt64(), value is null, !engine.KeepsLocally(call, times), engine.Clock,
            call.Policy.Profile.CompressAbove, needsBytes ? scratch.WrittenSpan : raw);
        _length = _buffer.WrittenCount - _start;
    }

    public EntryCall Call { get; }

    public PendingKey Pending { get; }

    public bool IsStorable { get; }

    public RemoteWrite Remote => new(Call.Key, _buffer?.WrittenMemory.Slice(_start, _length) ?? default, _times?.TimeToLive(_engine.Clock.Now) ?? default);

    /// <summary>Keeps the value in L1 under the number the write got; false where there is no room.</summary>
    public bool Keep(long sequence)
    {
        if (_times is not { } times || _local is null) return true;
        var entry = _engine.MakeEntry(Call, _local, _weight, Lifetimes.InLocal(Call.Policy, times, times.Created), _stamps, sequence);
        var result = _engine.Local.Keep(entry, _engine.Coherence[Call.Key.Partition], Pending);
        _engine.Kept(result, Call.Policy.Profile);
        return result is PutResult.Stored or PutResult.NotAdmitted;
    }
}

/// <summary>A key being written.</summary>
internal sealed class WrittenKey(string index) : PendingKey
{
    public override string Index => index;
}
