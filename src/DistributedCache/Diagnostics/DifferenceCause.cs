namespace DistributedCache.Diagnostics;

/// <summary>Why an entry that this process takes for valid is not, by the remote tier's word.</summary>
internal enum DifferenceCause
{
    /// <summary>Its key, a tag, a prefix or everything was invalidated after it was stamped.</summary>
    MissedInvalidation,

    /// <summary>Its key was given another value after it was stamped.</summary>
    NewerValue,

    /// <summary>Its partition has begun another incarnation.</summary>
    OtherIncarnation,
}
