using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Workload;

/// <summary>What all parts of a run share.</summary>
internal sealed class World
{
    public World() => Source = new Source(History);

    public HistoryLog History { get; } = new();

    public KeySpace Keys { get; } = KeySpace.Create();

    public Source Source { get; }

    public Acknowledged Acknowledged { get; } = new();

    /// <summary>Whether nobody clears: while it is counted what a late heartbeat costs.</summary>
    public bool IsClearHeld { get; set; }
}
