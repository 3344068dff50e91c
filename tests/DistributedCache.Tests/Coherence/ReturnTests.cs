using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence;

/// <summary>Servers that were away answer again.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task Return_WhileABeatIsUnderWay_ReadsHeadsAfterIt()
    {
        await using var nodes = new LossyNodes(count: 1);
        await nodes.SettleAsync();
        var reads = 0;
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        nodes.Remote.Delays = step => step == "ReadHeads" && Interlocked.Increment(ref reads) == 1 ? answer.Task : null;
        await Eventually.TrueAsync(() => Volatile.Read(ref reads) == 1, () => nodes.Time.Advance(LossyNodes.Beat));

        nodes.Remote.Return();
        answer.SetResult();

        await Eventually.TrueAsync(() => Volatile.Read(ref reads) == 2);
    }

    [Fact]
    public async Task Return_WithInvalidationsQueued_SendsThemAtOnce()
    {
        await using var nodes = new LossyNodes(count: 1);
        await nodes.SettleAsync();
        nodes.Remote.Fails = static step => step == "Invalidate";
        Assert.Equal(InvalidationStatus.Queued, (await nodes.A.RemoveAsync("product:1", TestContext.Current.CancellationToken)).Status);
        nodes.Remote.Fails = static _ => false;

        nodes.Remote.Return();

        await Eventually.TrueAsync(() => !nodes.Engine(0).Queue.IsHolding);
    }

    [Fact]
    public async Task Return_WhileWhatWasQueuedIsSentInVain_SendsItAgain()
    {
        await using var nodes = new LossyNodes(count: 1);
        await nodes.SettleAsync();
        nodes.Remote.Fails = static step => step == "Invalidate";
        await nodes.A.RemoveAsync("product:1", TestContext.Current.CancellationToken);
        var (tries, answer) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        nodes.Remote.Delays = step => step == "Invalidate" && Interlocked.Increment(ref tries) == 1 ? answer.Task : null;
        nodes.Remote.Fails = step => step == "Invalidate" && Volatile.Read(ref tries) == 1;
        await Eventually.TrueAsync(() => Volatile.Read(ref tries) == 1, () => nodes.Time.Advance(TimeSpan.FromMilliseconds(20)));
        var heads = HeadsRead();

        nodes.Remote.Return();
        await Eventually.TrueAsync(() => HeadsRead() > heads);
        answer.SetResult();

        await Eventually.TrueAsync(() => !nodes.Engine(0).Queue.IsHolding);

        int HeadsRead() => nodes.Remote.Calls["ReadHeads"];
    }
}
