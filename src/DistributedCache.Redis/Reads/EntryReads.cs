using System.Collections.Concurrent;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Reads;

/// <summary>Reads of entries, on their way and at rest. Few are sent at once; while more are under way, those that come are sent together.</summary>
/// <remarks>A command that is sent for itself costs a call of the system here and one at the server, which is most of what a read
/// costs; what is sent in one go shares them (pipelining). The pool's queue decides how many that are: the busier it is, the more.</remarks>
internal sealed class EntryReads : IThreadPoolWorkItem
{
    // So few have the answer sooner each for itself.
    private const int FewEnough = 4;

    private const int MostAtRest = 256;

    private readonly ConcurrentQueue<EntryRead> _resting = new();
    private readonly ConcurrentQueue<EntryRead> _waiting = new();
    private int _underWay;

    // 1 while the pool is to send what waits.
    private int _isDue;

    /// <summary>Reads an entry; null where there is none.</summary>
    public ValueTask<RemoteValue?> GetAsync(IDatabase database, RedisKey key)
    {
        var read = _resting.TryDequeue(out var rested) ? rested : new EntryRead(this);
        var answer = read.Begin(database, key);
        if (Interlocked.Increment(ref _underWay) <= FewEnough)
        {
            read.Send();
            return answer;
        }

        read.Wait();
        _waiting.Enqueue(read);

        // Behind what else the pool has to do, most of which is to read as well.
        if (Interlocked.Exchange(ref _isDue, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return answer;
    }

    /// <summary>Sends what waits.</summary>
    public void Execute()
    {
        // Before they are taken: what comes from now on is seen below, or has it done again.
        Interlocked.Exchange(ref _isDue, 0);
        while (_waiting.TryDequeue(out var read)) read.SendInTurn();
    }

    /// <summary>One is over.</summary>
    public void Ended() => Interlocked.Decrement(ref _underWay);

    /// <summary>Takes back one whose answer was taken.</summary>
    public void Return(EntryRead read)
    {
        if (_resting.Count < MostAtRest) _resting.Enqueue(read);
    }
}
