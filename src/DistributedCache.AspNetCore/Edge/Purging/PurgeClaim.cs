using DistributedCache.Remote;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Purges that were claimed, and where.</summary>
internal readonly record struct PurgeClaim(IRemoteSchedule Schedule, ClaimedNames Claimed);
