using DistributedCache.Resilience;
using Microsoft.Extensions.Time.Testing;
using Polly.Timeout;

namespace DistributedCache.Tests.Resilience;

/// <summary>A wait ends when it must, and what comes later is not lost.</summary>
public class BoundedWaitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _givenBack = [];
    private readonly BoundedWait<string>.Pool _pool;

    public BoundedWaitTests() => _pool = new(_time, Limit, _givenBack.Add);

    [Fact]
    public async Task Wait_AnswerInTime_GivesIt()
    {
        var call = new TaskCompletionSource<string>();
        var wait = _pool.WaitAsync(new(call.Task), TestContext.Current.CancellationToken).AsTask();
        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        call.SetResult("a");
        Assert.Equal("a", await wait);
        Assert.Empty(_givenBack);
    }

    [Fact]
    public async Task Wait_LimitPasses_EndsAndGivesTheLateAnswerBack()
    {
        var call = new TaskCompletionSource<string>();
        var wait = _pool.WaitAsync(new(call.Task), TestContext.Current.CancellationToken).AsTask();
        _time.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => wait);
        call.SetResult("late");
        Assert.Equal(["late"], _givenBack);
    }

    [Fact]
    public async Task Wait_Cancelled_EndsAndGivesTheLateAnswerBack()
    {
        using var cancellation = new CancellationTokenSource();
        var call = new TaskCompletionSource<string>();
        var wait = _pool.WaitAsync(new(call.Task), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        call.SetResult("late");
        Assert.Equal(["late"], _givenBack);
    }

    [Fact]
    public async Task Wait_CallFailsLate_ItsErrorIsObserved()
    {
        var call = new TaskCompletionSource<string>();
        var wait = _pool.WaitAsync(new(call.Task), TestContext.Current.CancellationToken).AsTask();
        _time.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => wait);
        call.SetException(new IOException());
        Assert.Empty(_givenBack);
    }

    [Fact]
    public async Task Wait_UsedAgain_HasItsLimitFromItsOwnBeginning()
    {
        for (var i = 0; i < 10; i++)
        {
            var call = new TaskCompletionSource<string>();
            var wait = _pool.WaitAsync(new(call.Task), TestContext.Current.CancellationToken).AsTask();
            _time.Advance(Limit * 0.9);
            Assert.False(wait.IsCompleted);
            call.SetResult("a");
            Assert.Equal("a", await wait);
        }
    }

    [Fact]
    public async Task Wait_AnswersAndLimitsRace_EachEndsOnceWithItsOwn()
    {
        var pool = new BoundedWait<string>.Pool(TimeProvider.System, TimeSpan.FromMilliseconds(1), _ => { });
        var ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var call = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                var wait = pool.WaitAsync(new(call.Task), cancellation.Token);
                if (i % 3 == 0) _ = Task.Run(cancellation.Cancel);
                if (i % 2 == 0) _ = Task.Run(() => call.TrySetResult($"{worker}:{i}"));
                try
                {
                    if (await wait != $"{worker}:{i}") return false;
                }
                catch (Exception e) when (e is TimeoutRejectedException or OperationCanceledException)
                {
                    if (e is OperationCanceledException && i % 3 != 0) return false;
                }

                call.TrySetResult("late");
            }

            return true;
        })));
        Assert.All(ended, Assert.True);
    }
}
