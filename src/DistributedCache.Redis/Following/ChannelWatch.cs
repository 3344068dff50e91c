using DistributedCache.Coherence;
using DistributedCache.Expiry;

namespace DistributedCache.Redis.Following;

/// <summary>What one partition's channel has brought, against what its heads say that it should have by now: a channel can be lost alone,
/// while others of its server are heard and the client takes it for subscribed.</summary>
internal sealed class ChannelWatch(CacheClock clock)
{
    // How long what a server has sent may take: a multiple of what a busy process takes to hand it on.
    private const long PatienceMs = 400;

    // To subscribe anew costs messages: what it does not help against is not tried with every heartbeat.
    private const long PauseMs = 5_000;

    private readonly Lock _lock = new();
    private (long Incarnation, long Sequence) _heard;
    private long _incarnation;
    private long _since;
    private long _due;
    private long _dueAt;
    private long _quietUntil = long.MinValue;

    /// <summary>The channel is subscribed: what was sent before need not be heard.</summary>
    public void Begin()
    {
        lock (_lock) _incarnation = 0;
    }

    public void Hear(Invalidation message)
    {
        lock (_lock)
        {
            if (message.Incarnation != _heard.Incarnation || message.Sequence > _heard.Sequence) _heard = (message.Incarnation, message.Sequence);
        }
    }

    /// <summary>Notes a head that was read; answers whether the channel has not brought what an earlier one told of.</summary>
    public bool IsDeafTo(Head head)
    {
        lock (_lock)
        {
            var now = clock.Now;
            if (head.Incarnation != _incarnation)
            {
                (_incarnation, _since) = (head.Incarnation, head.Sequence);
                (_due, _dueAt) = (head.Sequence, now);
                return false;
            }

            if (now - _dueAt < PatienceMs) return false;
            var isDeaf = _due > _since && (_heard.Incarnation != _incarnation || _heard.Sequence < _due);
            (_due, _dueAt) = (head.Sequence, now);
            if (!isDeaf || now < _quietUntil) return false;
            _quietUntil = now + PauseMs;
            return true;
        }
    }
}
