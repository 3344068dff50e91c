namespace DistributedCache;

/// <summary>What came of a write or an invalidation.</summary>
public readonly struct InvalidationResult
{
    private readonly IReadOnlyList<string>? _rejected;

    /// <summary>Makes a result; for fakes of <see cref="ITieredCache"/>.</summary>
    /// <param name="status">How far it came.</param>
    /// <param name="token">The token of what was acknowledged.</param>
    /// <param name="rejected">The keys of a bulk write that were refused.</param>
    public InvalidationResult(InvalidationStatus status, ConsistencyToken token = default, IReadOnlyList<string>? rejected = null)
    {
        Status = status;
        Token = token;
        _rejected = rejected;
    }

    /// <summary>How far it came; in bulk, the least that was reached for any key.</summary>
    public InvalidationStatus Status { get; }

    /// <summary>Stands for this write on any node: see <see cref="ITieredCache.WaitForAsync"/>. Empty where nothing was done; of what is
    /// <see cref="InvalidationStatus.Queued"/>, in whole or in part, one that is never reached, so that the answer is false.</summary>
    public ConsistencyToken Token { get; }

    /// <summary>The keys of a bulk write that were refused; the others were done.</summary>
    public IReadOnlyList<string> Rejected => _rejected ?? [];
}
