using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Pipeline;

/// <summary>Two nodes that share one remote tier and one clock.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(bool holdsValues, Action<TieredCacheOptions>? configure, int partitions)
    {
        Remote = new InProcessRemote(holdsValues, partitions, Time);
        NodeA = TestCache.Make(configure, Remote, Time);
        NodeB = TestCache.Make(configure, Remote, Time);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public InProcessRemote Remote { get; }

    public TestCache NodeA { get; }

    public TestCache NodeB { get; }

    public ITieredCache A => NodeA.Cache;

    public ITieredCache B => NodeB.Cache;

    public static TwoNodes Make(bool holdsValues = true, Action<TieredCacheOptions>? configure = null, int partitions = 64) => new(holdsValues, configure, partitions);

    public async ValueTask DisposeAsync()
    {
        await NodeA.DisposeAsync();
        await NodeB.DisposeAsync();
    }
}
