using System.Collections.Concurrent;
using DistributedCache.Entries;
using DistributedCache.Serialization;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Diagnostics;

/// <summary>What went wrong and is not the caller's to see: counted each time, logged seldom.</summary>
/// <param name="log">Where it is logged.</param>
/// <param name="time">The clock.</param>
/// <param name="describe">Says in a few words what a failure of the remote tier is.</param>
internal sealed class FaultReports(ILogger log, TimeProvider time, Func<Exception, string> describe)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<object, long> _lastLogged = new();

    private readonly HashSet<int> _awayGroups = [];
    private long _awaySince;

    /// <summary>Whether some of the remote tier is known to be away: that was logged, and each failure since says no more.</summary>
    public bool IsRemoteAway { get; private set; }

    /// <summary>Raised with the kind of each fault.</summary>
    public event Action<string>? Counted;

    public void Serialization(SerializationFailure failure, string step)
    {
        Counted?.Invoke("serialization");
        if (IsFirst((failure.Type, step))) CacheLog.NotSerializable(log, failure.Type, step, failure.Reason.ToString(), failure.Exception);
    }

    public void Envelope(EnvelopeFault fault)
    {
        Counted?.Invoke("envelope");
        if (IsDue(fault)) CacheLog.BadEnvelope(log, fault.ToString());
    }

    public void Unweighable(Type type, Exception? exception) => CacheLog.Unweighable(log, type, exception);

    public void BudgetFull(string profile, long budget)
    {
        Counted?.Invoke("budget");
        if (IsDue(profile)) CacheLog.BudgetFull(log, profile, budget);
    }

    /// <summary>A call that could not use the cache for what it was asked under.</summary>
    public void Uncacheable(string reason)
    {
        Counted?.Invoke("key");
        if (IsDue("key")) CacheLog.Uncacheable(log, reason);
    }

    /// <summary>A write of a primary value that was dropped, as its owner chose.</summary>
    public void Dropped() => Counted?.Invoke("dropped");

    /// <summary>An entry in this process was not what the remote tier says it should be.</summary>
    public void Difference(DifferenceCause cause, int partition)
    {
        Counted?.Invoke("difference");
        if (!IsDue(cause)) return;
        CacheLog.Different(
            log,
            cause switch
            {
                DifferenceCause.MissedInvalidation => "a missed invalidation",
                DifferenceCause.NewerValue => "a newer value in the remote tier",
                _ => "another incarnation",
            },
            partition);
    }

    public void Remote(Exception exception)
    {
        Counted?.Invoke("remote");
        if (IsRemoteAway || !IsDue("remote")) return;
        CacheLog.RemoteFailed(log, describe(exception));
        CacheLog.RemoteFailure(log, exception);
    }

    /// <summary>A group of the remote tier's partitions is away from now on, or back; what changes nothing is no news.</summary>
    public void RemoteIs(bool isAway, int group, Exception? exception = null)
    {
        lock (_awayGroups)
        {
            if (!(isAway ? _awayGroups.Add(group) : _awayGroups.Remove(group))) return;
            var wasAway = IsRemoteAway;
            IsRemoteAway = _awayGroups.Count > 0;
            if (IsRemoteAway == wasAway) return;
            if (IsRemoteAway)
            {
                _awaySince = time.GetTimestamp();
                CacheLog.RemoteAway(log, exception is null ? "no answer" : describe(exception));
                if (exception is not null) CacheLog.RemoteFailure(log, exception);
            }
            else CacheLog.RemoteBack(log, time.GetElapsedTime(_awaySince));
        }
    }

    private bool IsFirst(object what) => _lastLogged.TryAdd(what, 0);

    private bool IsDue(object what)
    {
        var now = time.GetTimestamp();
        if (_lastLogged.TryAdd(what, now)) return true;
        return _lastLogged.TryGetValue(what, out var last) && time.GetElapsedTime(last, now) >= Quiet && _lastLogged.TryUpdate(what, now, last);
    }
}
