using DistributedCache.Diagnostics;
using DistributedCache.Keys;
using DistributedCache.Remote;
using DistributedCache.Resilience;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using DistributedCache.Tests.TieredOptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace DistributedCache.Tests.Resilience;

/// <summary>Calls to the remote tier end in time, and those to a part of it that is away are refused, until it is back.</summary>
public class ResilientRemoteTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly RecordedLogs _log = new();
    private readonly FailingRemote _inner;
    private readonly IRemoteTier _remote;
    private readonly FaultReports _faults;
    private bool _isAway;

    public ResilientRemoteTests()
    {
        _inner = new FailingRemote(new InProcessRemote(partitions: 4, timeProvider: _time), _ => _isAway, isLossless: false);
        _faults = new FaultReports(_log.CreateLogger(""), _time, static failure => failure.Message);
        _remote = ResilientRemote.Over(_inner, Limit, _time, _faults);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static CacheKey Key(int partition) => new(KeyKind.Cached, "", "a", CacheKey.IndexOf(KeyKind.Cached, "", "a"), "1", partition);

    [Fact]
    public void Over_LosslessTier_IsTheTierItself()
    {
        var tier = new InProcessRemote();
        Assert.Same(tier, ResilientRemote.Over(tier, Limit, _time, _faults));
    }

    [Fact]
    public async Task Get_TierDoesNotAnswer_EndsAtTheLimitAndDisposesTheLateValue()
    {
        var answer = new TaskCompletionSource<RemoteValue?>();
        _inner.Read = _ => new(answer.Task);
        var get = _remote.GetAsync(Key(0), Stop).AsTask();
        _time.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => get);
        var owner = new Owner();
        answer.SetResult(new RemoteValue(default, owner));
        Assert.True(owner.IsDisposed);
    }

    [Fact]
    public async Task Lease_TierDoesNotAnswer_DisposesTheLateEntry()
    {
        var answer = new TaskCompletionSource<LeaseReply>();
        _inner.Ask = _ => new(answer.Task);
        var lease = _remote.LeaseAsync(Key(0), 1, 0, default, Stop).AsTask();
        _time.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => lease);
        var owner = new Owner();
        answer.SetResult(new LeaseReply(default, false, new RemoteValue(default, owner), default));
        Assert.True(owner.IsDisposed);
    }

    [Fact]
    public async Task Calls_MostFail_AreRefusedUntilTheTierIsBack()
    {
        _isAway = true;
        await FailAsync(0);
        Assert.True(_faults.IsRemoteAway);
        _isAway = false;
        await Assert.ThrowsAsync<BrokenCircuitException>(() => _remote.GetAsync(Key(0), Stop).AsTask());
        _time.Advance(Break);
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
        Assert.False(_faults.IsRemoteAway);
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
    }

    [Fact]
    public async Task Calls_TierAwayThenBack_LogsOneLineEachAndTheFailureForWhoDebugs()
    {
        _isAway = true;
        await FailAsync(0);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(Break);
            await FailAsync(0);
            _faults.Remote(new IOException());
        }

        _isAway = false;
        _time.Advance(Break);
        for (var i = 0; i < 20; i++) await _remote.GetAsync(Key(0), Stop);
        Assert.Equal([20, 26, 21], _log.Lines.Select(line => line.Id));
    }

    [Fact]
    public async Task Calls_TierAnswersErrors_OpensNothing()
    {
        _inner.Answers = static failure => failure is IOException;
        for (var i = 0; i < 20; i++)
        {
            _inner.Read = i % 2 == 0 ? _ => ValueTask.FromException<RemoteValue?>(new IOException("no room")) : AnswerLater;
            await Assert.ThrowsAsync<IOException>(() => _remote.GetAsync(Key(0), Stop).AsTask());
            await Assert.ThrowsAsync<IOException>(() => _remote.GetManyAsync([Key(0)], Stop).AsTask());
        }

        _inner.Read = null;
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
        Assert.Empty(_log.Lines);

        static async ValueTask<RemoteValue?> AnswerLater(CacheKey key)
        {
            await Task.Yield();
            throw new IOException("no room");
        }
    }

    [Fact]
    public async Task Calls_TierThatWasAwayAnswersAnError_AreMadeAgain()
    {
        _isAway = true;
        await FailAsync(0);
        _inner.Answers = static failure => failure is IOException;
        _inner.Read = static _ => ValueTask.FromException<RemoteValue?>(new IOException("no room"));
        _time.Advance(Break);
        await Assert.ThrowsAsync<IOException>(() => _remote.GetAsync(Key(0), Stop).AsTask());
        Assert.False(_faults.IsRemoteAway);
        _inner.Read = null;
        _isAway = false;
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
    }

    [Fact]
    public async Task Calls_OneGroupIsAway_TheOtherIsServed()
    {
        _inner.Groups = partition => partition % 2;
        _inner.Read = key => key.Partition % 2 == 0 ? ValueTask.FromException<RemoteValue?>(new IOException()) : default;
        await FailAsync(0);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => _remote.GetAsync(Key(2), Stop).AsTask());
        Assert.Null(await _remote.GetAsync(Key(1), Stop));
        Assert.Single(await _remote.GetManyAsync([Key(1)], Stop));
    }

    [Fact]
    public async Task Calls_HeadsOfTheGroupAreReadAgain_AreServedAtOnce()
    {
        _inner.Groups = partition => partition % 2;
        _isAway = true;
        await FailAsync(0);
        await FailAsync(1);
        _isAway = false;
        _inner.Heads = static heads => [heads[0], null, heads[2], null];
        await _remote.ReadHeadsAsync(Stop);
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => _remote.GetAsync(Key(1), Stop).AsTask());
    }

    [Fact]
    public async Task Calls_CallersGiveUp_OpensNothing()
    {
        _inner.Read = _ => new(new TaskCompletionSource<RemoteValue?>().Task);
        for (var i = 0; i < 20; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var get = _remote.GetAsync(Key(0), cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        }

        _inner.Read = null;
        Assert.Null(await _remote.GetAsync(Key(0), Stop));
    }

    [Fact]
    public async Task Start_TierIsAway_ServesFromTheFactoryAndL1WithOneLogLine()
    {
        _isAway = true;
        await using var node = TestCache.Make(time: _time, services: services => services
            .AddSingleton<IRemoteTier>(_inner)
            .AddLogging(logging => logging.AddProvider(_log)));
        Assert.Equal(1, await node.Cache.Load("a", 1));
        Assert.Equal([20], _log.Lines.Where(line => line.Level >= LogLevel.Warning && line.Id < 1000).Select(line => line.Id));
    }

    private async Task FailAsync(int partition)
    {
        for (var i = 0; i < 8; i++) await Assert.ThrowsAnyAsync<Exception>(() => _remote.GetAsync(Key(partition), Stop).AsTask());
    }

    private sealed class Owner : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
