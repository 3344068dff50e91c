namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>The pause that an edge asked for: until it is over the edge is sent nothing, whatever is to be purged meanwhile.</summary>
internal sealed class EdgePause(TimeProvider time)
{
    private volatile Pause? _pause;

    /// <exception cref="EdgeRefusedException">The edge asked for a pause that is not over: its refusal, and the rest of the pause.</exception>
    public void ThrowIfPaused()
    {
        if (_pause is { } pause && pause.Length - time.GetElapsedTime(pause.Since) is var rest && rest >= TimeSpan.FromMilliseconds(1))
            throw pause.Refusal.After(rest);
    }

    /// <summary>Notes the pause an answer asks for, of a minute at most: then what it refused is due again.</summary>
    public void Note(EdgeRefusedException refusal)
    {
        if (refusal is { IsTransient: true, RetryAfter: { } length })
            _pause = new Pause(refusal, time.GetTimestamp(), length < PurgeQueue.Lease ? length : PurgeQueue.Lease);
    }

    private sealed record Pause(EdgeRefusedException Refusal, long Since, TimeSpan Length);
}
