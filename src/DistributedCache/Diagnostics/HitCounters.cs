using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Diagnostics;

/// <summary>
/// Exact counters for the hit path. A thread adds to cells of its own, without an interlocked operation or a shared
/// cache line; who reads sums the cells of all threads, and what threads left that ended.
/// </summary>
/// <remarks>
/// Only its own thread writes a cell, so nothing is lost. A reading is never below an earlier one: the lock orders
/// readings, and each cell only rises. In a 32-bit process a reading can be torn once a cell passes 2³². The cells are no array:
/// a pointer and a length of its own are what a thread finds soonest of all that it may call its own.
/// </remarks>
internal static unsafe class HitCounters
{
    // Rows share no cache line: one thread's writes are not to slow another's.
    private const int CacheLine = 64;

    // Below are no counters: what was given none adds to a cell that nobody reads.
    private const int FirstId = 8;
    private const int MinLength = 64;

    private static readonly Lock Sync = new();
    private static readonly HashSet<Row> Rows = [];

    // Oldest first, so that a straggler of an old user is unlikely to meet the new one.
    private static readonly Queue<int> FreeIds = [];

    private static Counter[] _counters = new Counter[MinLength];
    private static int _nextId = FirstId;

    [ThreadStatic]
    private static long* _cells;

    [ThreadStatic]
    private static uint _length;

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
        if ((uint)id < _length)
            _cells[id]++;
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
            _retirement.Row.Grow((int)BitOperations.RoundUpToPowerOf2((uint)id + 1));
            Rows.Add(_retirement.Row);
            _cells = _retirement.Row.Cells;
            _length = (uint)_retirement.Row.Length;
            _cells[id]++;
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
            if (id < row.Length)
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
            for (var id = FirstId; id < Math.Min(row.Length, _nextId); id++)
                _counters[id].Retired += row.Cells[id];
            row.Free();
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
        public long* Cells { get; private set; }

        public int Length { get; private set; }

        public void Grow(int length)
        {
            var longer = Math.Max(MinLength, length);
            var cells = (long*)NativeMemory.AlignedAlloc((nuint)longer * sizeof(long), CacheLine);
            var fresh = new Span<long>(cells, longer);
            new ReadOnlySpan<long>(Cells, Length).CopyTo(fresh);
            fresh[Length..].Clear();
            NativeMemory.AlignedFree(Cells);
            Cells = cells;
            Length = longer;
        }

        public void Free()
        {
            NativeMemory.AlignedFree(Cells);
            Cells = null;
            Length = 0;
        }
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
