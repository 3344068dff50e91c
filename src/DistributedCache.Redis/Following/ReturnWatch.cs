using DistributedCache.Expiry;

namespace DistributedCache.Redis.Following;

/// <summary>Asks after masters that are away more often than heads are compared: what lives there is of use again when they answer, and not
/// only at the next heartbeat.</summary>
/// <remarks>One partition of each is asked for, ten times a second, which costs no server more than a command.</remarks>
/// <param name="ask">Asks for a partition; fails where its server is away.</param>
/// <param name="returned">Told when one answers.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReturnWatch(Func<int, Task> ask, Action returned, CacheClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _asked = [];
    private int[] _away = [];
    private ITimer? _timer;
    private bool _isEnded;

    /// <summary>Notes of which partitions no head came.</summary>
    public void Note(IEnumerable<int> partitions, Func<int, int> masterOf)
    {
        lock (_lock)
        {
            _away = _isEnded ? [] : [.. partitions.DistinctBy(masterOf)];
            if (_away.Length > 0) _timer ??= clock.CreateTimer(static self => ((ReturnWatch)self!).OnTimer(), this, Period);
            else End();
        }
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
            foreach (var partition in _away)
                if (!_asked.TryGetValue(partition, out var asking) || asking.IsCompleted) _asked[partition] = Task.Run(() => AskAsync(partition));
        }
    }

    private async Task AskAsync(int partition)
    {
        try
        {
            await ask(partition).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Away still.
            return;
        }

        lock (_lock)
        {
            if (_isEnded || !_away.Contains(partition)) return;
            _away = [.. _away.Where(other => other != partition)];
        }

        returned();
    }
}
