using DistributedCache.Expiry;
using DistributedCache.Resilience;

namespace DistributedCache.Redis.Following;

/// <summary>Asks after masters that are away more often than heads are compared: what lives there is of use again when they answer, and not
/// only at the next heartbeat.</summary>
/// <remarks>One partition of each is asked for, ten times a second, which costs no server more than a command. An answer that is late is no
/// reason to wait: meanwhile another server may have taken over.</remarks>
/// <param name="ask">Asks for a partition; fails where its server is away.</param>
/// <param name="returned">Told when one answers.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReturnWatch(Func<int, Task> ask, Action returned, CacheClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _asked = [];

    // Masters that are away, each with a partition of its own.
    private Dictionary<int, int> _away = [];
    private ITimer? _timer;
    private bool _isEnded;

    /// <summary>Notes of which partitions no head came.</summary>
    public void Note(IEnumerable<int> partitions, Func<int, int> masterOf)
    {
        lock (_lock)
        {
            _away = _isEnded ? [] : partitions.DistinctBy(masterOf).ToDictionary(masterOf);
            if (_away.Count > 0) _timer ??= clock.CreateTimer(static self => ((ReturnWatch)self!).OnTimer(), this, Period);
            else End();
        }
    }

    /// <summary>Whether a master is away, and is asked after.</summary>
    public bool IsAway(int master)
    {
        lock (_lock) return _away.ContainsKey(master);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] asked;
        lock (_lock)
        {
            _isEnded = true;
            End();
            asked = [.. _asked.Values];
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private void End()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_isEnded) return;

            // One that hangs holds up no other.
            foreach (var (master, partition) in _away)
                if (!_asked.TryGetValue(partition, out var asking) || asking.IsCompleted) _asked[partition] = Task.Run(() => AskAsync(master, partition));
        }
    }

    private async Task AskAsync(int master, int partition)
    {
        var asking = ask(partition);
        try
        {
            await asking.WaitAsync(Patience, clock.Provider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Away still.
            LateFailures.Observe(asking);
            return;
        }

        lock (_lock)
        {
            if (_isEnded || !_away.Remove(master)) return;
        }

        returned();
    }
}
