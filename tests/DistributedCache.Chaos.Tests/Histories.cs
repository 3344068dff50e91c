using DistributedCache.Chaos.Checks;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Tests;

/// <summary>Histories written by hand: one key, two tags, two seconds of lag allowed.</summary>
internal sealed class Histories
{
    public const string Key = "item:0:0", Other = "item:0:1", Tag = "item-column-0", Prefix = "item:0:";

    private const double MaxStaleness = 2_000;

    private readonly List<HistoryEvent> _events = [];
    private int _number;

    public Histories Write(double at, long version, string key = Key) => Add(new(Operation.Write, at, at, -1, key, version));

    public Histories Invalidate(double began, double ended, Operation operation = Operation.Remove, string target = Key, Result result = Result.Done, int node = 0) =>
        Add(new(operation, began, ended, node, target, -1, result, Number: ++_number));

    public Histories Read(double began, long version, Result result = Result.Fresh, string key = Key, int node = 1, string status = "Local") =>
        Add(new(Operation.Read, began, began + 1, node, key, version, result, status));

    public Histories Load(double called, double began, string key = Key) => Add(new(Operation.Load, began, began + 5, 0, key, 1, Called: called));

    public Histories Find(double at, long version, Operation operation = Operation.Find) => Add(new(operation, at, at + 1, 1, Key, version, Result.Fresh, "Remote"));

    public Histories Fault(double began, double ended, string name, int node = -1) => Add(new(Operation.Fault, began, ended, node, name));

    public Histories Add(HistoryEvent happened)
    {
        _events.Add(happened);
        return this;
    }

    /// <summary>The names of the rows that say a promise was broken.</summary>
    public string[] Broken() => [.. Judge().Where(static row => row.IsBroken).Select(static row => row.Name.Trim())];

    public IReadOnlyList<Row> Judge() => HistoryChecker.Judge(new Evidence(_events, KeySpace.Create(), MaxStaleness));
}
