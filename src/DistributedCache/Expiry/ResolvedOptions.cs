using DistributedCache.Profiles;

namespace DistributedCache.Expiry;

/// <summary>What a call's options came to over a key's profile: remembered by the options, since most callers use theirs again.</summary>
internal sealed record ResolvedOptions(ResolvedProfile Profile, EntryPolicy Policy);
