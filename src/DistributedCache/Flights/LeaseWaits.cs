namespace DistributedCache.Flights;

/// <summary>Loads that wait for another process's lease to end, by key.</summary>
internal sealed class LeaseWaits
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LeaseWait> _waits = [];

    /// <summary>Waits for a key from now on: entered before the lease is asked for, so that no wake falls between the answer and the wait.</summary>
    public LeaseWait Enter(string index)
    {
        lock (_lock)
        {
            var wait = new LeaseWait(this, index) { Next = _waits.GetValueOrDefault(index) };
            _waits[index] = wait;
            return wait;
        }
    }

    /// <summary>Lets all who wait for a key ask again.</summary>
    public void Wake(string index)
    {
        lock (_lock)
        {
            for (var wait = _waits.GetValueOrDefault(index); wait is not null; wait = wait.Next) wait.Wake();
        }
    }

    public void Leave(LeaseWait left)
    {
        lock (_lock)
        {
            var first = _waits.GetValueOrDefault(left.Index);
            if (first == left)
            {
                if (left.Next is null) _waits.Remove(left.Index);
                else _waits[left.Index] = left.Next;
                return;
            }

            for (var before = first; before is not null; before = before.Next)
            {
                if (before.Next != left) continue;
                before.Next = left.Next;
                return;
            }
        }
    }
}
