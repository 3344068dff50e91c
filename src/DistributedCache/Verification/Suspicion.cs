using DistributedCache.Diagnostics;
using DistributedCache.Local;

namespace DistributedCache.Verification;

/// <summary>An entry that the remote tier contradicts, as it may for as long as an invalidation may go unheard.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Cause">Why.</param>
/// <param name="Since">When that was found, in monotonic milliseconds.</param>
internal readonly record struct Suspicion(LocalEntry Entry, DifferenceCause Cause, long Since);
