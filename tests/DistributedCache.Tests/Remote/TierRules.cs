namespace DistributedCache.Tests.Remote;

/// <summary>What a tier does in every step, each of which a test leaves out to show what it is for.</summary>
[Flags]
internal enum TierRules
{
    /// <summary>A new incarnation begins with an empty log.</summary>
    LogEndsWithItsHash = 1,

    /// <summary>Another server begins an era, above all that was known.</summary>
    NewRunBeginsEra = 2,

    /// <summary>An era begins where no other can have, not a fixed step above what there is.</summary>
    ErasAreApart = 4,

    /// <summary>An invalidation reaches a key's entries of every version.</summary>
    EveryVersion = 8,

    /// <summary>An expiry ends leases as a removal does.</summary>
    ExpiryEndsLeases = 16,

    /// <summary>A Set is refused where its key may have been invalidated since its call.</summary>
    SetsAreFenced = 32,

    /// <summary>Who asks for a lease is not answered the entry he has rejected.</summary>
    RejectedIsNotAnswered = 64,

    /// <summary>A load's value is stored under its lease alone.</summary>
    FillsUnderLease = 128,

    /// <summary>Forgetting marks raises the floor.</summary>
    PruningRaisesFloor = 256,

    /// <summary>A replica is asked for nothing, also where its master does not answer.</summary>
    MastersAlone = 512,

    All = 1023,
}
