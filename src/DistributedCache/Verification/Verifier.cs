using DistributedCache.Coherence;
using DistributedCache.Local;
using DistributedCache.Pipeline;

namespace DistributedCache.Verification;

/// <summary>Compares a fraction of what L1 answers with the remote tier, behind those who are answered: a difference that outlasts
/// MaxStaleness should not be, so it is counted, logged and repaired.</summary>
/// <remarks>Once a second as many entries are picked as the fraction of the hits counted since. A hit costs nothing more.</remarks>
internal sealed class Verifier : IAsyncDisposable
{
    /// <summary>Verified in one second, however many hits there are.</summary>
    public const int MaximumPerSecond = 32;

    // They hold on to entries that may have left L1 meanwhile.
    private const int MaximumSuspicions = 1_024;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CacheEngine _engine;
    private readonly RemoteComparison _comparison;
    private readonly HitSampling _sampling;
    private readonly Func<long> _hits;
    private readonly List<Suspicion> _suspicions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private Task _running = Task.CompletedTask;
    private bool _isStopped;

    private Verifier(CacheEngine engine, double fraction, Func<long> hits)
    {
        _engine = engine;
        _comparison = new RemoteComparison(engine);
        _sampling = new HitSampling(fraction, MaximumPerSecond);
        _hits = hits;
        _timer = engine.Clock.CreateTimer(static self => ((Verifier)self!).OnTimer(), this, Period);
    }

    /// <summary>Verifies from now on; null where there is nothing to verify, as over a tier that loses no message.</summary>
    /// <param name="engine">The cache.</param>
    /// <param name="fraction">Of its hits.</param>
    /// <param name="hits">How many hits it has had.</param>
    public static Verifier? Start(CacheEngine engine, double fraction, Func<long> hits) =>
        fraction > 0 && engine.Remote is { HoldsValues: true, IsLossless: false } ? new Verifier(engine, fraction, hits) : null;

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_lock) (_isStopped, running) = (true, _running);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_isStopped && _running.IsCompleted) _running = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await ConfirmAsync().ConfigureAwait(false);
            for (var due = _sampling.Take(_hits()); due > 0; due--) await VerifyAsync(_engine.Store.Sample(Random.Shared)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The tier does not answer: whoever needs it reports that. The rest of this second goes unverified.
        }
    }

    private async Task VerifyAsync(LocalEntry? entry)
    {
        if (entry is not { Stamps: { } stamps } || !IsTrusted(entry) || _engine.Calls.KeyOf(entry.Key) is not { } key) return;
        if (_suspicions.Count == MaximumSuspicions || _suspicions.Exists(suspicion => suspicion.Entry == entry)) return;
        if (await _comparison.CompareAsync(entry, stamps, key, _stop.Token).ConfigureAwait(false) is { } cause)
            _suspicions.Add(new Suspicion(entry, cause, _engine.Clock.Now));
        else _engine.Meter.Verified(null);
    }

    /// <summary>Repairs what is still answered as valid though it should have been found out by now.</summary>
    private async Task ConfirmAsync()
    {
        var now = _engine.Clock.Now;
        var due = _suspicions.FindAll(suspicion => now - suspicion.Since > (long)_engine.MaxStaleness.TotalMilliseconds);
        _suspicions.RemoveAll(due.Contains);
        foreach (var (entry, cause, _) in due)
        {
            if (!IsTrusted(entry) || !_engine.Store.Remove(entry))
            {
                _engine.Meter.Verified(null);
                continue;
            }

            // What this entry was not told of concerns others as well.
            await _engine.CatchUpAsync(entry.Stamps!, _stop.Token).ConfigureAwait(false);
            _engine.Faults.Difference(cause, entry.Stamps!.Partition);
            _engine.Meter.Verified(cause);
        }
    }

    /// <summary>Whether a hit would answer it as fresh and valid.</summary>
    private bool IsTrusted(LocalEntry entry)
    {
        var now = _engine.Clock.Now;
        return now < entry.FreshUntil && _engine.Store.FindLocked(entry.Key) == entry
            && _engine.Coherence.Judge(entry.Stamps!, entry.Sequence, now, LocalCopies.BeganAt(entry)) == Verdict.Valid;
    }
}
