using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Compares every partition with its head, again and again: what a message that never came would have told is found out here.</summary>
/// <remarks>Also registers the versions this node reads, where a partition does not know them and every ten minutes.</remarks>
internal sealed class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan RegisterEvery = TimeSpan.FromMinutes(10);

    private readonly IRemoteTier _remote;
    private readonly CoherenceState _coherence;
    private readonly CatchUps _catchUps;
    private readonly CacheClock _clock;
    private readonly Func<CancellationToken, Task> _follow;
    private readonly Func<IReadOnlyList<string>> _versions;
    private readonly VersionOverlap _overlap;
    private readonly Action<Exception> _failed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();

    // What puts a partition back that was found behind. It holds up neither the beat nor the next: its server may hang.
    private readonly Task[] _catchingUp;
    private List<Exception> _failures = [];
    private Task _beating = Task.CompletedTask;
    private Task _registering = Task.CompletedTask;
    private ITimer? _timer;
    private long _registeredAt = long.MinValue;
    private bool _isFailing;
    private bool _isStopped;

    /// <param name="remote">The tier.</param>
    /// <param name="coherence">What is kept in step.</param>
    /// <param name="catchUps">Where what is missing is put back.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="follow">Follows the messages, if they are not followed yet: before the heads are read, so that none falls between.</param>
    /// <param name="versions">The versions this node reads and writes now.</param>
    /// <param name="overlap">Looks at the other versions there are.</param>
    /// <param name="failed">Told of a failure, once until a beat has succeeded again.</param>
    public Heartbeat(
        IRemoteTier remote,
        CoherenceState coherence,
        CatchUps catchUps,
        CacheClock clock,
        Func<CancellationToken, Task> follow,
        Func<IReadOnlyList<string>> versions,
        VersionOverlap overlap,
        Action<Exception> failed)
    {
        (_remote, _coherence, _catchUps, _clock) = (remote, coherence, catchUps, clock);
        (_follow, _versions, _overlap, _failed) = (follow, versions, overlap, failed);
        _catchingUp = [.. Enumerable.Repeat(Task.CompletedTask, coherence.Count)];
    }

    /// <summary>Beats from now on.</summary>
    public void Start(TimeSpan period)
    {
        lock (_lock)
        {
            if (!_isStopped) _timer ??= _clock.CreateTimer(static self => _ = ((Heartbeat)self!).BeatAsync(), this, period);
        }
    }

    /// <summary>One beat, or the one that is under way: they never overlap. Never fails.</summary>
    public Task BeatAsync()
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            if (_isStopped || !_beating.IsCompleted) return _beating;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _beating = done.Task;
        }

        return RunAsync(done);
    }

    /// <summary>A beat that begins now, or after the one that is under way: that one may have asked too early. Never fails.</summary>
    public async Task BeatAnewAsync()
    {
        Task earlier;
        lock (_lock) earlier = _beating;
        await earlier.ConfigureAwait(false);
        await BeatAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isStopped = true;
        if (_timer is { } timer) await timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        await Task.WhenAll([.. _catchingUp, _registering]).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(TaskCompletionSource done)
    {
        try
        {
            await TryAsync(_follow(_stop.Token)).ConfigureAwait(false);
            if (_registering.IsCompleted) _registering = TryAsync(RegisterAsync());

            // The first heads come with it. Later no server that leaves it unanswered is waited for.
            if (_registeredAt == long.MinValue) await _registering.ConfigureAwait(false);
            await TryAsync(CompareAsync()).ConfigureAwait(false);
            _coherence.Verified();
            if (!_stop.IsCancellationRequested) Report();
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task TryAsync(Task step)
    {
        try
        {
            await step.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            lock (_lock) _failures.Add(exception);
        }
    }

    /// <summary>Tells of what failed since the last beat. What still hangs has not succeeded either.</summary>
    private void Report()
    {
        List<Exception> failures;
        lock (_lock) (failures, _failures) = (_failures, []);
        if (failures.Count > 0 && !_isFailing) _failed(failures[0]);
        _isFailing = failures.Count > 0 || (_isFailing && !Array.TrueForAll([.. _catchingUp, _registering], static task => task.IsCompleted));
    }

    private async Task RegisterAsync()
    {
        var versions = _versions();
        var now = _clock.Now;
        var isDue = _registeredAt == long.MinValue || now - _registeredAt >= (long)RegisterEvery.TotalMilliseconds;
        var lacksMarks = false;
        for (var i = 0; i < _coherence.Count; i++)
        {
            var partition = _coherence[i];
            lock (partition.Lock)
            {
                if (partition.AreRegistered(versions)) continue;
                isDue = lacksMarks = true;
            }
        }

        if (!isDue) return;
        var known = KnownOfAll();
        var replies = await _remote.RegisterAsync(versions, lacksMarks, _stop.Token).ConfigureAwait(false);
        _registeredAt = now;
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i] is not { } reply) continue;
            var partition = _coherence[i];
            lock (partition.Lock) partition.Register(reply, known[i], now);
        }

        // They are the same in all.
        if (replies.FirstOrDefault(static reply => reply?.Announced is not null)?.Announced is { } announced) _overlap.Look(versions, announced, now);
    }

    private async Task CompareAsync()
    {
        // Noted before the heads are asked for: a reply is judged by what was known then, however late it comes.
        var known = KnownOfAll();
        var sentAt = _clock.Now;
        var heads = await _remote.ReadHeadsAsync(_stop.Token).ConfigureAwait(false);
        for (var i = 0; i < heads.Length; i++)
        {
            if (Verify(i, heads[i], known[i], sentAt) is var progress and not (Progress.Current or Progress.Old) && _catchingUp[i].IsCompleted)
                _catchingUp[i] = TryAsync(progress == Progress.Lost ? SyncAsync(i) : FollowAsync(i, heads[i]!.Value, known[i], sentAt));
        }
    }

    /// <summary>A partition without a head is one that has lost it.</summary>
    private Progress Verify(int number, Head? read, Known known, long sentAt)
    {
        var partition = _coherence[number];
        if (read is not { } head) return partition.HasHead ? Progress.Lost : Progress.Old;
        lock (partition.Lock) return partition.Verify(head, known, sentAt);
    }

    private async Task SyncAsync(int number)
    {
        await _catchUps.SyncAsync(number).ConfigureAwait(false);
        _coherence.Verified();
    }

    private async Task FollowAsync(int number, Head head, Known known, long sentAt)
    {
        var partition = _coherence[number];
        await _catchUps.Begin(number).ConfigureAwait(false);
        lock (partition.Lock) partition.Verify(head, known, sentAt);
        _coherence.Verified();
    }

    private Known[] KnownOfAll() => [.. Enumerable.Range(0, _coherence.Count).Select(i => KnownOf(_coherence[i]))];

    private static Known KnownOf(PartitionState partition)
    {
        lock (partition.Lock) return partition.Known;
    }
}
