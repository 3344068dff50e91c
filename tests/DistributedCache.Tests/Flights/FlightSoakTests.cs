using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Flights;

/// <summary>Random joins, cancellations, failures and invalidations from several threads: everybody is answered, nothing is left behind.</summary>
public class FlightSoakTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetOrCreateAsync_RandomCallers_AllEndAndNothingIsLeft(bool holdsValues)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        await using var two = TwoNodes.Make(holdsValues, o =>
        {
            o.Profiles["Default"].StaleFor = TimeSpan.FromMinutes(1);
            o.Profiles["Default"].FactoryHardTimeout = Timeout.InfiniteTimeSpan;
        });
        var running = new int[4];
        using var moving = new CancellationTokenSource();
        var stop = TestContext.Current.CancellationToken;
        var clock = Task.Run(async () =>
        {
            // Leases are waited for by the fake clock.
            while (!moving.IsCancellationRequested)
            {
                two.Time.Advance(TimeSpan.FromMilliseconds(20));
                await Task.Yield();
            }
        }, stop);

        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            for (var i = 0; i < 400; i++)
            {
                var cache = random.Next(2) == 0 ? two.A : two.B;
                var key = random.Next(running.Length);
                using var cancel = new CancellationTokenSource();
                var fate = random.Next(10);
                var call = cache.GetOrCreateAsync(
                    $"k:{key}",
                    async (_, token) =>
                    {
                        Interlocked.Increment(ref running[key]);
                        try
                        {
                            for (var n = random.Next(3); n > 0; n--) await Task.Yield();
                            token.ThrowIfCancellationRequested();
                            return fate == 0 ? throw new InvalidOperationException("soak") : key;
                        }
                        finally
                        {
                            Interlocked.Decrement(ref running[key]);
                        }
                    },
                    cancellationToken: cancel.Token).AsTask();
                if (random.Next(4) == 0) await cancel.CancelAsync();
                if (random.Next(4) == 0) await cache.RemoveAsync($"k:{key}", CancellationToken.None);
                if (random.Next(20) == 0) await cache.ExpireAsync($"k:{key}", CancellationToken.None);
                try
                {
                    Assert.Equal(key, await Eventually.DoneAsync(call));
                }
                catch (InvalidOperationException e) when (e.Message == "soak")
                {
                    // Its own, or that of the flight it joined.
                }
                catch (OperationCanceledException)
                {
                    Assert.True(cancel.IsCancellationRequested, $"seed {seed}: a caller who did not cancel was cancelled.");
                }
            }
        }, stop)).ToArray();
        await Task.WhenAll(workers);
        foreach (var node in new[] { two.NodeA, two.NodeB })
        {
            var engine = node.Services.GetRequiredService<CacheEngine>();
            await Eventually.TrueAsync(() => engine.Flights.Count == 0);
        }

        await moving.CancelAsync();
        await clock;
        await Eventually.TrueAsync(() => running.Sum() == 0);
    }

    [Fact]
    public async Task GetOrCreateAsync_FirstCallerLeavesAsTheTierAnswers_LeavesTheLoadToWhoJoined()
    {
        await using var two = TwoNodes.Make();
        TaskCompletionSource answer = null!;
        var remote = new FailingRemote(two.Remote, _ => false)
        {
            Read = async _ =>
            {
                await answer.Task;
                return null;
            },
        };
        await using var node = TestCache.Make(null, null, two.Time, services => services.AddSingleton<IRemoteTier>(remote));
        await node.Cache.Set("first", 0);
        for (var round = 0; round < 1000; round++)
        {
            answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var leaving = new CancellationTokenSource();
            var first = node.Cache.GetOrCreateAsync($"k{round}", (_, _) => ValueTask.FromResult(1), cancellationToken: leaving.Token).AsTask();
            var joined = node.Cache.GetOrCreateAsync($"k{round}", (_, _) => ValueTask.FromResult(2), cancellationToken: CancellationToken.None).AsTask();
            using var together = new Barrier(2);
            var left = Task.Run(
                () =>
                {
                    together.SignalAndWait();
                    leaving.Cancel();
                },
                TestContext.Current.CancellationToken);
            together.SignalAndWait(TestContext.Current.CancellationToken);
            answer.SetResult();
            Assert.Equal(1, await Eventually.DoneAsync(joined));
            await left;
            try
            {
                Assert.Equal(1, await Eventually.DoneAsync(first));
            }
            catch (OperationCanceledException)
            {
                // It left in time.
            }
        }
    }

    // Each caller has a copy of its own: of the stale value or of the new one, as is said of it.
    [Fact]
    public async Task GetOrCreateEntryAsync_StaleAnswerIsDueAsItsLoadEnds_IsWhatIsSaidOfIt()
    {
        const int Rounds = 3_000;
        await using var node = TestCache.Make(static o => (o.Profiles["Default"].StaleFor, o.Profiles["Default"].Isolate) = (TimeSpan.FromHours(1), true));
        for (var round = 0; round < Rounds; round++) await node.Cache.Load($"k{round}", new[] { 1 });
        node.Time.Advance(TimeSpan.FromHours(1));
        for (var round = 0; round < Rounds; round++)
        {
            var answer = new TaskCompletionSource();
            IRunningLoad? running = null;
            var callers = Enumerable.Range(0, 3).Select(_ => node.Cache.GetOrCreateEntryAsync(
                $"k{round}",
                async (load, _) =>
                {
                    running = load.Load;
                    await answer.Task;
                    return new[] { 2 };
                },
                cancellationToken: CancellationToken.None).AsTask()).ToArray();
            using var together = new Barrier(2);
            var standing = Task.Run(
                () =>
                {
                    together.SignalAndWait();
                    running!.TryServeFallback();
                },
                TestContext.Current.CancellationToken);
            together.SignalAndWait(TestContext.Current.CancellationToken);
            answer.SetResult();
            await standing;
            foreach (var entry in await Eventually.DoneAsync(Task.WhenAll(callers)))
                Assert.Equal(entry.Value![0] == 1 ? (CacheTier.Local, true) : (CacheTier.Source, false), (entry.Tier, entry.IsStale));
        }
    }
}
