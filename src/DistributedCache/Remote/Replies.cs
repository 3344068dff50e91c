using DistributedCache.Coherence;

namespace DistributedCache.Remote;

/// <summary>What came of a Set.</summary>
/// <param name="Invalidation">The number and message under which the accepted writes are; null where all were refused.</param>
/// <param name="Head">The head after it, with which a refused writer may try again.</param>
/// <param name="Refused">The positions of the writes that were refused.</param>
/// <param name="NoRoom">Why nothing could be stored, where the tier is full: then <paramref name="Invalidation"/> is the removal of what was
/// to be replaced.</param>
internal readonly record struct SetReply(Invalidation? Invalidation, Head Head, IReadOnlyList<int> Refused, Exception? NoRoom = null);

/// <summary>What came of a primary write.</summary>
/// <param name="Stored">Whether it was stored.</param>
/// <param name="Invalidation">Its number and message; null where it was not stored, or was plain because no L1 may hold the key.</param>
internal readonly record struct PrimaryReply(bool Stored, Invalidation? Invalidation);

/// <summary>What came of asking for a lease.</summary>
/// <param name="Head">The partition's head: where granted, the key stamp of what is loaded.</param>
/// <param name="IsGranted">Whether the caller may load.</param>
/// <param name="Entry">An entry that was there after all; the caller disposes it.</param>
/// <param name="Remaining">How long another holder has.</param>
internal readonly record struct LeaseReply(Head Head, bool IsGranted, RemoteValue? Entry, TimeSpan Remaining);
