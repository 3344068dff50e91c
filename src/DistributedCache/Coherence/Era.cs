namespace DistributedCache.Coherence;

/// <summary>The part of an incarnation in which one server gave out the numbers.</summary>
/// <param name="From">The last number before it, as its server knew: what is above it in the era before was lost.</param>
/// <param name="Base">Its own first number, the jump's.</param>
internal readonly record struct Era(long From, long Base);
