namespace DistributedCache.Pipeline;

/// <summary>What one caller takes for an answer, where the values themselves say how long they are fresh, and for whom.</summary>
/// <remarks>Asked on top of all else: it makes nothing fresh whose lifetime is over, and nothing valid that was invalidated.</remarks>
internal interface IAcceptance<in T>
{
    /// <summary>Whether its load renews what is there and brings nothing else. Where nothing is, it needs no lease.</summary>
    bool OnlyRenews { get; }

    /// <summary>Whether the value answers this caller; else it is loaded again, and is the stale value of that load.</summary>
    bool IsFresh(T value);

    /// <summary>Whether the value may be served all the same while, or since, it can't be loaded.</summary>
    bool MayStandIn(T value);

    /// <summary>The load that it waits for, its own or another's, takes longer than it may.</summary>
    void Overdue();
}
