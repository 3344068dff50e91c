using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Checks;

/// <summary>What is judged: a history in the order of its ends, its keys, and how long nodes may lag.</summary>
internal sealed class Evidence
{
    private readonly ILookup<Operation, HistoryEvent> _byOperation;

    public Evidence(IEnumerable<HistoryEvent> events, KeySpace keys, double maxStaleness)
    {
        Keys = keys;
        MaxStaleness = maxStaleness;
        Events = [.. events.OrderBy(static e => e.Ended)];
        _byOperation = Events.ToLookup(static e => e.Operation);
        Faults = [.. this[Operation.Fault]];
    }

    public IReadOnlyList<HistoryEvent> Events { get; }

    public KeySpace Keys { get; }

    /// <summary>In milliseconds.</summary>
    public double MaxStaleness { get; }

    public IReadOnlyList<HistoryEvent> Faults { get; }

    public IEnumerable<HistoryEvent> this[Operation operation] => _byOperation[operation];

    /// <summary>Whether no fault touched a time, nor one that ended less than the time in which nodes may lag before it.</summary>
    public bool IsHealthy(double began, double ended) => !Faults.Any(fault => began <= fault.Ended + MaxStaleness && fault.Began <= ended);

    /// <summary>Whether a fault kept a node from its servers shortly before or during a time.</summary>
    public bool IsAway(int node, double began, double ended) => Faults.Any(fault =>
        fault.Target is "kill" or "hang" or "failover" or "cut" && (fault.Node < 0 || fault.Node == node)
        && began - MaxStaleness <= fault.Ended && fault.Began <= ended);
}
