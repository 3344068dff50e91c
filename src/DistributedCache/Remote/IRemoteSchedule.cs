namespace DistributedCache.Remote;

/// <summary>Lists of names that are due at a time each, which an application's processes work off together: who claims names has them for
/// a while, and those not completed by then are due again, so that none is lost with the process that had it.</summary>
internal interface IRemoteSchedule
{
    /// <summary>Adds names. One that is there already, claimed or not, is due at its new time.</summary>
    /// <param name="list">The list.</param>
    /// <param name="names">The names, and how long until each is due.</param>
    /// <param name="limit">How many names the list holds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where they would be more: none was added.</returns>
    ValueTask<bool> AddAsync(string list, IReadOnlyList<(string Name, TimeSpan Delay)> names, int limit, CancellationToken cancellationToken);

    /// <summary>Takes names that are due, the longest due first.</summary>
    /// <param name="list">The list.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="lease">For how long nobody else gets them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ClaimedNames> ClaimAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Removes what was claimed, but for names that were added anew since.</summary>
    ValueTask CompleteAsync(string list, ClaimedNames claimed, CancellationToken cancellationToken);
}
