using DistributedCache.Expiry;

namespace DistributedCache.Remote.InProcess;

/// <summary>A schedule in this process's memory.</summary>
internal sealed class InProcessSchedule(TimeProvider time) : IRemoteSchedule
{
    // Monotonic, as nothing of it outlives the process: no step of the wall clock makes it due earlier or later.
    private readonly CacheClock _clock = new(time);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, long>> _lists = new(StringComparer.Ordinal);

    public ValueTask<bool> AddAsync(string list, IReadOnlyList<(string Name, TimeSpan Delay)> names, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = Find(list);
            if (due.Count + names.Count(name => !due.ContainsKey(name.Name)) > limit) return new(false);
            foreach (var (name, delay) in names) due[name] = _clock.Now + (long)delay.TotalMilliseconds;
            return new(true);
        }
    }

    public ValueTask<ClaimedNames> ClaimAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = Find(list);
            var now = _clock.Now;
            var until = now + (long)lease.TotalMilliseconds;
            string[] names = [.. due.Where(name => name.Value <= now).OrderBy(static name => name.Value).Take(count).Select(static name => name.Key)];
            foreach (var name in names) due[name] = until;
            TimeSpan? next = due.Count == 0 ? null : TimeSpan.FromMilliseconds(Math.Max(0, due.Values.Min() - now));
            return new(new ClaimedNames(names, until, next));
        }
    }

    public ValueTask CompleteAsync(string list, ClaimedNames claimed, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = Find(list);
            foreach (var name in claimed.Names)
            {
                if (due.TryGetValue(name, out var at) && at == claimed.Until) due.Remove(name);
            }
        }

        return default;
    }

    /// <summary>Makes all of a list due now, whoever has claimed it.</summary>
    public void MakeDue(string list)
    {
        lock (_lock)
        {
            var due = Find(list);
            foreach (var name in due.Keys.ToArray()) due[name] = _clock.Now;
        }
    }

    /// <summary>How many names a list has.</summary>
    public int Count(string list)
    {
        lock (_lock) return Find(list).Count;
    }

    private Dictionary<string, long> Find(string list)
    {
        if (!_lists.TryGetValue(list, out var due)) _lists.Add(list, due = new(StringComparer.Ordinal));
        return due;
    }
}
