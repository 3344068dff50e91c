namespace DistributedCache.Tests.Local;

/// <summary>How much the heap grows by some values.</summary>
internal static class HeapGrowth
{
    /// <summary>Fills the array and answers the bytes. Where what other tests left behind is freed meanwhile, nothing was measured: known
    /// by filling it twice.</summary>
    public static long Of(object[] values, int seed, Func<Random, object> make)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var first = Fill();
            var second = Fill();
            if (Math.Abs(first - second) < second / 20) return second;
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
    }
}
