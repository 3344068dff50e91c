using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace DistributedCache.Redis.Reads;

/// <summary>When each command is sent: few at once; while more are under way, those that come wait until all that wait are sent together.</summary>
/// <remarks>A command that is sent for itself costs a call of the system here and one at the server, which is most of what a short one
/// costs; what is sent in one go shares them (pipelining). The pool's queue decides how many that are: the busier it is, the more.</remarks>
internal sealed class SendTurns : IThreadPoolWorkItem
{
    // So few have the answer sooner each for itself.
    private const int FewEnough = 4;

    private readonly ConcurrentQueue<Action> _waiting = new();
    private int _underWay;

    // 1 while the pool is to send what waits.
    private int _isDue;

    /// <summary>The turn of one more command, to be awaited before it is sent; whoever sends it says when it has <see cref="Ended"/>.</summary>
    public Turn Take() => new(Interlocked.Increment(ref _underWay) <= FewEnough ? null : this);

    /// <summary>A command has its answer, or failed.</summary>
    public void Ended() => Interlocked.Decrement(ref _underWay);

    /// <summary>Sends what waits.</summary>
    public void Execute()
    {
        // Before they are taken: what comes from now on is seen below, or has it done again.
        Interlocked.Exchange(ref _isDue, 0);
        while (_waiting.TryDequeue(out var send)) send();
    }

    private void Wait(Action send)
    {
        _waiting.Enqueue(send);

        // Behind what else the pool has to do, most of which is about to send as well.
        if (Interlocked.Exchange(ref _isDue, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>What is awaited. It makes nothing: who waits is the method itself, in its caller's context.</summary>
    internal readonly struct Turn(SendTurns? turns) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => turns is null;

        public Turn GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => turns!.Wait(continuation);

        public void UnsafeOnCompleted(Action continuation) => turns!.Wait(continuation);
    }
}
