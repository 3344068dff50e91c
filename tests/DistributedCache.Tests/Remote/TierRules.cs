namespace DistributedCache.Tests.Remote;

/// <summary>What a tier does in every step, each of which a test leaves out to show what it is for.</summary>
[Flags]
internal enum TierRules
{
    /// <summary>A new incarnation begins with an empty log.</summary>
    LogEndsWithItsHash = 1,

    /// <summary>Another server begins an era, above all that was known.</summary>
    NewRunBeginsEra = 2,

    All = 3,
}
