namespace DistributedCache.Coherence;

/// <summary>The rules whose absence a test shows to break a promise. All hold; only tests leave one out.</summary>
[Flags]
internal enum ProtocolRules
{
    None = 0,

    /// <summary>A message of another incarnation or era is not applied.</summary>
    MessagesOfTheEraAlone = 1 << 0,

    /// <summary>A head below what was seen when its read was sent is a failover.</summary>
    HeadsBelowSeen = 1 << 1,

    /// <summary>Within an incarnation nothing lowers what was seen.</summary>
    SeenOnlyRises = 1 << 2,

    /// <summary>What is known of every era is judged by the tier's eras.</summary>
    LostNumbers = 1 << 3,

    /// <summary>A lost acknowledgement is sent again.</summary>
    LostAcknowledgements = 1 << 4,

    /// <summary>A lower incarnation is not adopted.</summary>
    IncarnationsOnlyRise = 1 << 5,

    /// <summary>The first head after start drops what is in L1.</summary>
    FirstHeadDrops = 1 << 6,

    /// <summary>Every partition of an entry must be verified.</summary>
    EveryPartitionVerified = 1 << 7,

    /// <summary>A mark's stamp is of an incarnation too.</summary>
    MarksOfTheIncarnation = 1 << 8,

    /// <summary>A mark that is not known here may have been set before the baseline.</summary>
    MarksSinceBaseline = 1 << 9,

    /// <summary>What is asked of marks is merged by maximum.</summary>
    MarksByMaximum = 1 << 10,

    /// <summary>What is asked of marks is known only if the baseline has not moved.</summary>
    MarksKnownAtBaseline = 1 << 11,

    /// <summary>Forgetting marks raises the baseline.</summary>
    PruningRaisesBaseline = 1 << 12,

    /// <summary>What a read, load or Set brings is kept only in the generation it began in.</summary>
    KeptInItsGeneration = 1 << 13,

    /// <summary>What a read, load or Set brings is kept only if nothing of its key was applied meanwhile.</summary>
    KeptUnlessApplied = 1 << 14,

    /// <summary>A lost token is not reached.</summary>
    LostTokens = 1 << 15,

    /// <summary>A token of another incarnation is not reached before a head was read.</summary>
    TokensOfTheIncarnation = 1 << 16,

    /// <summary>Until an invalidation of a key has a number, the key is neither read from the tier nor filled there.</summary>
    HeldKeys = 1 << 17,

    /// <summary>Until a mark has a number, only what was loaded here since is valid under it, and nothing under it is filled.</summary>
    HeldMarks = 1 << 18,

    /// <summary>An entry of the remote tier must be verified as one of L1.</summary>
    StoredVerified = 1 << 19,

    /// <summary>An entry whose marks were asked for is judged once more, by all that is known then.</summary>
    JudgedAgain = 1 << 20,

    /// <summary>What stands in for a load that failed is judged when it is served.</summary>
    FallbacksJudged = 1 << 21,

    /// <summary>Who comes after an invalidation joins no older load.</summary>
    NoOlderFlight = 1 << 22,

    /// <summary>A token of all heads is not reached where the heads' incarnations and eras are not those its writer knew.</summary>
    HeadsOfTheWriter = 1 << 23,

    /// <summary>Who takes a number for a stamp takes with it how new a load's source has to be since.</summary>
    SourceOfTheStamps = 1 << 24,

    All = (1 << 25) - 1,
}
