using System.Threading.Channels;
using DistributedCache.Resilience;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Purges one edge, a batch at a time: what comes while a batch is under way goes with the next.</summary>
/// <remarks>A tag is purged twice. At once, and again when no process can answer what the invalidation ended any more: the edge may
/// have fetched it in between from a process that had not yet heard of it. Of several invalidations of one tag the second purge comes that
/// long after the last. A purge that fails stays where it is, and is due again when its claim ends.</remarks>
internal sealed class PurgeQueue : IAsyncDisposable
{
    /// <summary>For how long a batch is this process's; if it fails, or the process ends, it is due again after that.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>How often a process looks for what other processes left.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Ends before its claim does, so that no other process has begun with the same.
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(55);

    private readonly EdgeSite _edge;
    private readonly PurgeStore _store;
    private readonly EdgeOptions _options;
    private readonly TimeSpan _second;
    private readonly TimeProvider _time;
    private readonly EdgeMeter _meter;
    private readonly ILogger _log;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly PurgeWaits _waits;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly Task _run;
    private volatile bool _isEnding;
    private int _isFull;

    public PurgeQueue(EdgeSite edge, PurgeStore store, EdgeOptions options, TimeSpan maxStaleness, TimeProvider time, EdgeMeter meter, ILogger log)
    {
        (_edge, _store, _options, _time, _meter, _log) = (edge, store, options, time, meter, log);
        _waits = new PurgeWaits(time);
        _second = maxStaleness + TimeSpan.FromSeconds(1);
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Takes a portable tag. Once this ends the purge is kept as safely as it can be; it never fails.</summary>
    public async ValueTask AddAsync(string tag)
    {
        if (await _store.AddAsync([("1:" + tag, TimeSpan.Zero), ("2:" + tag, _second)]).ConfigureAwait(false))
        {
            _isFull = 0;
            Wake();
            return;
        }

        _meter.Dropped(_edge.Name, 1);
        if (Interlocked.Exchange(ref _isFull, 1) == 0) _log.QueueFull(_edge.Name, _options.PendingLimit);
    }

    /// <summary>Ends when a purge of the tag that this process has yet to begin is done, or after a while: another process may do it. At once
    /// where the edge is known not to answer: its purges come later.</summary>
    public Task PurgedAsync(string tag, TimeSpan timeout) => _waits.WaitAsync(tag, timeout);

    /// <summary>Purges what is due, and what only this process knows, and ends.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _store.MakeDue();
        _isEnding = true;
        Wake();
        try
        {
            await _run.WaitAsync(_options.DrainTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
        }

        if (_store.InMemory is > 0 and var lost) _log.PurgesLost(_edge.Name, lost);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // Read before the claim, so that the last one sees all that the end makes due.
                var isEnding = _isEnding;
                var claim = await _store.ClaimAsync(_edge.BatchSize, Lease).ConfigureAwait(false);
                if (claim.Claimed.Names.Count > 0)
                {
                    await PurgeAsync(claim).ConfigureAwait(false);
                    continue;
                }

                if (isEnding) return;
                _timer.Change(claim.Claimed.Next < Interval ? claim.Claimed.Next.Value : Interval, Timeout.InfiniteTimeSpan);
                await _wakes.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                _log.QueueFailed(_edge.Name, exception);
                await Task.Delay(Interval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask PurgeAsync(PurgeClaim claim)
    {
        string[] tags = [.. claim.Claimed.Names.Select(static name => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]).Distinct()];
        _waits.Begin(tags);
        using var limit = new CancellationTokenSource(BatchTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            await AskAsync(tags, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_waits.End(isDone: false)) _log.PurgeFailed(_edge.Name, tags.Length, Lease, exception);
            _meter.Failed(_edge.Name, tags.Length);
            return;
        }

        if (_waits.End(isDone: true)) _log.PurgesAgain(_edge.Name, tags.Length);
        await _store.CompleteAsync(claim).ConfigureAwait(false);
        _meter.Purged(_edge.Name, tags.Length);
        _log.Purged(_edge.Name, tags.Length);
    }

    /// <summary>A purge that ends with its time, also where an application's own purger does not heed the token; what fails after that is
    /// observed.</summary>
    private async Task AskAsync(string[] tags, CancellationToken cancellationToken)
    {
        var purge = _edge.Purger.PurgeAsync(tags, cancellationToken).AsTask();
        try
        {
            await purge.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LateFailures.Observe(purge);
            throw;
        }
    }
}
