namespace DistributedCache.Tests.Local;

/// <summary>How much the heap grows by some values.</summary>
internal static class HeapGrowth
{
    // Beside it what the runtime frees of its own in every collection, some ten kilobytes, is little.
    private const int Enough = 2_000_000;

    /// <summary>Makes values, and answers them with the bytes the heap grew by. Where what other tests left behind is freed meanwhile, nothing
    /// was measured: known by making them twice.</summary>
    public static (object[] Values, long Bytes) Of(int seed, Func<Random, object> make)
    {
        var values = new object[Math.Clamp(Enough / AllocatedBy(make), 20, 20_000)];
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var first = Fill();
            var second = Fill();
            if (Math.Abs(first - second) < second / 20) return (values, second);
        }

        throw new InvalidOperationException("The heap was never at rest.");

        long Fill()
        {
            var random = new Random(seed);
            Array.Clear(values);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < values.Length; i++) values[i] = make(random);
            return GC.GetTotalMemory(forceFullCollection: true) - before;
        }

        int AllocatedBy(Func<Random, object> make)
        {
            // The first pays for what is made once.
            make(new Random(seed));
            var before = GC.GetAllocatedBytesForCurrentThread();
            make(new Random(seed));
            return (int)(GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
