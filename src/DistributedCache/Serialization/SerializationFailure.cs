namespace DistributedCache.Serialization;

internal enum SerializationFailureReason
{
    /// <summary>Nothing serializes the type.</summary>
    NoSerializer,

    /// <summary>The value's bytes are more than a payload may have.</summary>
    TooLarge,

    /// <summary>The serializer, or making it, threw.</summary>
    Threw,
}

/// <summary>Why a value did not become bytes, or bytes no value. Whoever receives it counts and logs it.</summary>
/// <param name="Type">The type that was asked for.</param>
/// <param name="Reason">What kind of failure it is.</param>
/// <param name="Exception">What was thrown; null where nothing was.</param>
internal sealed record SerializationFailure(Type Type, SerializationFailureReason Reason, Exception? Exception = null);
