namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>The time from when another server may have forgotten something until all nodes have looked.</summary>
internal sealed class Doubt
{
    private long _over = long.MinValue;

    public long Since { get; private set; }

    public bool Looking { get; private set; }

    public void Begin(long now) => (Since, Looking) = (now, true);

    public void End(long now) => (_over, Looking) = (now, false);

    public bool IsOver(long verifiedAt) => !Looking && verifiedAt > _over;
}
