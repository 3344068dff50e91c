using System.Collections.Concurrent;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Pauses that an edge's servers asked for: until one is over its server is sent nothing, whatever is to be purged meanwhile.</summary>
internal sealed class EdgePauses(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Pause> _pauses = new(StringComparer.Ordinal);

    /// <exception cref="EdgeRefusedException">The server asked for a pause that is not over: its refusal, and the rest of the pause.</exception>
    public void ThrowIfPaused(Uri address)
    {
        if (_pauses.TryGetValue(address.Authority, out var pause) && pause.Length - time.GetElapsedTime(pause.Since) is var rest && rest >= TimeSpan.FromMilliseconds(1))
            throw pause.Refusal.After(rest);
    }

    /// <summary>Notes the pause an answer asks for, of a minute at most: then what it refused is due again.</summary>
    public void Note(Uri address, EdgeRefusedException refusal)
    {
        if (refusal is { IsTransient: true, RetryAfter: { } length })
            _pauses[address.Authority] = new Pause(refusal, time.GetTimestamp(), length < PurgeQueue.Lease ? length : PurgeQueue.Lease);
    }

    private sealed record Pause(EdgeRefusedException Refusal, long Since, TimeSpan Length);
}
