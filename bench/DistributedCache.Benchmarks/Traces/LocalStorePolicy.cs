using System.Globalization;
using DistributedCache.Local;

namespace DistributedCache.Benchmarks.Traces;

/// <summary>L1 as it is, with entries that weigh one byte each: its budget is then a number of entries.</summary>
internal sealed class LocalStorePolicy(int capacity) : ITracePolicy
{
    private static readonly object Value = new();
    private readonly LocalStore _store = new(new LocalStoreOptions { Budget = capacity });

    public bool Access(uint key)
    {
        var text = key.ToString(CultureInfo.InvariantCulture);
        if (_store.Find(text) is { } entry)
        {
            _store.Touch(entry);
            return true;
        }

        _store.Put(new LocalEntry(text, Value, weight: 1) { Deadline = long.MaxValue }, now: 0);
        return false;
    }
}
