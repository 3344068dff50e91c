using System.Numerics;
using System.Runtime.CompilerServices;

namespace DistributedCache.Diagnostics;

/// <summary>
/// Exact counters for the hit path. A thread adds to cells of its own, without an interlocked operation or a shared
/// cache line; who reads sums the cells of all threads, and what threads left that ended.
/// </summary>
/// <remarks>
/// Only its own thread writes a cell, so nothing is lost. A reading is never below an earlier one: the lock orders
/// readings, and each cell only rises. In a 32-bit process a reading can be torn once a cell passes 2³².
/// </remarks>
internal static class HitCounters
{
    // The heap may put two threads' rows side by side. Ids below the first are never given out and a row is longer than
    // most processes need, so that the cells one thread writes share no cache line with another's.
    private const int FirstId = 8;
    private const int MinLength = 64;

    private static readonly Lock Sync = new();
    private static readonly HashSet<Row> Rows = [];

    // Oldest first, so that a straggler of an old user is unlikely to meet the new one.
    private static readonly Queue<int> FreeIds = [];

    private static Counter[] _counters = new Counter[MinLength];
    private static int _nextId = FirstId;

    [ThreadStatic]
    private static long[]? _cells;

    [ThreadStatic]
    private static Retirement? _retirement;

    /// <summary>The threads that have a row now.</summary>
    internal static int RowCount
    {
        get
        {
            lock (Sync)
                return Rows.Count;
        }
    }

    /// <summary>A counter at zero.</summary>
    public static int Allocate()
    {
        lock (Sync)
        {
            if (!FreeIds.TryDequeue(out var id))
                id = _nextId++;
            if (id >= _counters.Length)
                Array.Resize(ref _counters, _counters.Length * 2);
            ref var counter = ref _counters[id];
            counter.IsAllocated = true;
            // Cells are not reset, as only their threads may write them: the new user counts from here.
            counter.Start = Sum(id);
            return id;
        }
    }

    /// <summary>Gives a counter back. Its user must have stopped adding to it.</summary>
    public static void Free(int id)
    {
        lock (Sync)
        {
            Find(id).IsAllocated = false;
            FreeIds.Enqueue(id);
        }
    }

    public static long Read(int id)
    {
        lock (Sync)
            return Sum(id) - Find(id).Start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Increment(int id)
    {
        var cells = _cells;
        if (cells is not null && (uint)id < (uint)cells.Length)
            cells[id]++;
        else
            Grow(id);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Grow(int id)
    {
        // Growing under the lock: a reader sees the old row or the new one, and nobody adds meanwhile, since the only
        // one who may is here.
        lock (Sync)
        {
            // One that was given back since is a straggler's, of a call that outlives its cache: it is no error, and counts for nobody.
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)_nextId, nameof(id));
            _retirement ??= new Retirement(new Row());
            var cells = new long[Math.Max(MinLength, (int)BitOperations.RoundUpToPowerOf2((uint)id + 1))];
            _cells?.CopyTo(cells, 0);
            cells[id]++;
            _retirement.Row.Cells = cells;
            Rows.Add(_retirement.Row);
            _cells = cells;
        }
    }

    private static ref Counter Find(int id)
    {
        if ((uint)id >= (uint)_counters.Length || !_counters[id].IsAllocated)
            throw new ArgumentOutOfRangeException(nameof(id), id, "No such counter is allocated.");
        return ref _counters[id];
    }

    private static long Sum(int id)
    {
        var sum = _counters[id].Retired;
        foreach (var row in Rows)
        {
            if (id < row.Cells.Length)
                sum += Volatile.Read(ref row.Cells[id]);
        }
        return sum;
    }

    private static void Retire(Row row)
    {
        lock (Sync)
        {
            if (!Rows.Remove(row))
                return;
            for (var id = FirstId; id < Math.Min(row.Cells.Length, _nextId); id++)
                _counters[id].Retired += row.Cells[id];
        }
    }

    private struct Counter
    {
        public bool IsAllocated;
        public long Start;
        public long Retired;
    }

    private sealed class Row
    {
        public long[] Cells = [];
    }

    /// <summary>
    /// Held by its thread alone, while the rows are held by all: it is finalized when the thread has ended, and no
    /// count is out of sight in between.
    /// </summary>
    private sealed class Retirement(Row row)
    {
        public Row Row { get; } = row;

        ~Retirement() => Retire(Row);
    }
}
