namespace DistributedCache;

/// <summary>What a look-up found: the value, where it came from, how old it is, and whether it can be trusted.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct CacheLookup<T>
{
    /// <summary>Makes a look-up that found a value; for fakes of <see cref="ITieredCache"/>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="tier">Where it came from.</param>
    /// <param name="age">The time since it was loaded or set.</param>
    /// <param name="timeToLive">What is left of its fresh lifetime; negative when that is over.</param>
    /// <param name="isUnverified">Whether it may have been invalidated unheard of.</param>
    public CacheLookup(T value, CacheTier tier, TimeSpan age, TimeSpan timeToLive, bool isUnverified = false)
    {
        HasValue = true;
        Value = value;
        Tier = tier;
        Age = age;
        TimeToLive = timeToLive;
        IsUnverified = isUnverified;
    }

    private CacheLookup(bool isUnavailable)
    {
        IsUnavailable = isUnavailable;
        Value = default!;
    }

    /// <summary>A look-up that found nothing because the tier that would know is away: a primary value without its remote tier.</summary>
    internal static CacheLookup<T> Unavailable { get; } = new(isUnavailable: true);

    /// <summary>Whether there is a value. It may be null.</summary>
    public bool HasValue { get; }

    /// <summary>The value; the type's default where <see cref="HasValue"/> is false.</summary>
    public T Value { get; }

    /// <summary>Where the value came from.</summary>
    public CacheTier Tier { get; }

    /// <summary>The time since the value was loaded or set.</summary>
    public TimeSpan Age { get; }

    /// <summary>What is left of the fresh lifetime; negative when it is over.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Whether the value is served beyond what it was meant for: its lifetime is over, or it is unverified.</summary>
    public bool IsStale => HasValue && (IsUnverified || TimeToLive < TimeSpan.Zero);

    /// <summary>Whether this node could not verify within <see cref="TieredCacheOptions.MaxStaleness"/> that nothing invalidated the value.</summary>
    public bool IsUnverified { get; }

    /// <summary>Whether nothing can be said because the remote tier is away; only for primary values.</summary>
    public bool IsUnavailable { get; }
}
