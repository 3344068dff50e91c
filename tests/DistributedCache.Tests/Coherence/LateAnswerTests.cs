using DistributedCache.Keys;
using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Coherence;

/// <summary>A tier's answer that comes after its caller has left: nothing tells it of invalidations any more.</summary>
public class LateAnswerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Get_CallerLeftAndKeyInvalidatedBeforeTheAnswer_KeepsNothing(bool isBulk)
    {
        await using var two = TwoNodes.Make(partitions: 1);
        var tier = (IRemoteTier)two.Remote;
        var slow = new SlowAnswer();
        var remote = new FailingRemote(tier, _ => false) { Read = key => slow.ReadAsync(tier, key) };
        await using var node = TestCache.Make(null, null, two.Time, services => services.AddSingleton<IRemoteTier>(remote));

        // After the node has begun to follow: what is older it would not take unasked.
        await node.Cache.Set("first", 0);
        await two.B.Set("a", "old");
        using var leaving = new CancellationTokenSource();
        var call = isBulk ? (Task)node.Cache.GetManyAsync<string>(["a"], null, leaving.Token).AsTask() : node.Cache.GetAsync<string>("a", null, leaving.Token).AsTask();
        await Eventually.DoneAsync(slow.Asked.Task);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await two.B.Remove("a");
        slow.Answer.SetResult();
        await Eventually.DoneAsync(slow.Read.Task);
        var engine = node.Services.GetRequiredService<CacheEngine>();
        Assert.Null(engine.Store.FindLocked(engine.Call<string>("", "a", null, null, false).Key.Index));
        Assert.False((await node.Cache.Find<string>("a")).HasValue);
    }

    /// <summary>Reads the first entry it is asked for at once, and answers it when the test says so.</summary>
    private sealed class SlowAnswer : IDisposable
    {
        public TaskCompletionSource Asked { get; } = new();

        public TaskCompletionSource Answer { get; } = new();

        /// <summary>Done when the answer was read and disposed.</summary>
        public TaskCompletionSource Read { get; } = new();

        public async ValueTask<RemoteValue?> ReadAsync(IRemoteTier tier, CacheKey key)
        {
            var found = await tier.GetAsync(key, default);
            if (found is null || !Asked.TrySetResult()) return found;
            await Answer.Task;
            return new RemoteValue(found.Value.Bytes, this);
        }

        public void Dispose() => Read.TrySetResult();
    }
}
