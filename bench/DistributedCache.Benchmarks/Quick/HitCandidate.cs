using System.Runtime.CompilerServices;
using DistributedCache.Benchmarks.Lookups;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>One cache in a comparison of hits.</summary>
internal abstract class HitCandidate(string name)
{
    public string Name { get; } = name;

    public static HitCandidate Of<TLookup>(string name, TLookup lookup)
        where TLookup : struct, ILookup => new Asking<TLookup>(name, lookup);

    /// <summary>Asks for every key, so many times over; the sum keeps the loop from being optimised away.</summary>
    public abstract long Ask(string[] keys, int times);

    private sealed class Asking<TLookup>(string name, TLookup lookup) : HitCandidate(name)
        where TLookup : struct, ILookup
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public override long Ask(string[] keys, int times)
        {
            var sum = 0L;
            for (var i = 0; i < times; i++)
            {
                foreach (var key in keys)
                    sum += lookup.Get(key).Id;
            }

            return sum;
        }
    }
}
