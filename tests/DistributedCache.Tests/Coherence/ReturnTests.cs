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
}
