using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace DistributedCache.Serialization;

/// <summary>
/// Values to bytes and back, where everything that goes wrong is an answer and not an exception: a value that cannot
/// be (de)serialized is the cache's miss, never its caller's failure. Null has no bytes: that a value is null is for
/// the entry around the payload to say.
/// </summary>
internal sealed class PayloadSerializer(SerializerResolver serializers)
{
    /// <summary>Appends the value to <paramref name="target"/>, which after a failure holds part of it or none.</summary>
    public bool TrySerialize<T>(T value, PooledBufferWriter target, [NotNullWhen(false)] out SerializationFailure? failure)
    {
        try
        {
            var serializer = serializers.Get<T>();
            serializer?.Serialize(value, target);
            failure = serializer is null ? new(typeof(T), SerializationFailureReason.NoSerializer)
                : target.QuotaExceeded ? new(typeof(T), SerializationFailureReason.TooLarge)
                : null;
        }
        catch (Exception exception)
        {
            var reason = target.QuotaExceeded ? SerializationFailureReason.TooLarge : SerializationFailureReason.Threw;
            failure = new(typeof(T), reason, exception);
        }
        return failure is null;
    }

    public bool TryDeserialize<T>(
        ReadOnlySequence<byte> source, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out SerializationFailure? failure)
    {
        value = default;
        failure = null;
        try
        {
            if (serializers.Get<T>() is { } serializer)
                value = serializer.Deserialize(source);
            else
                failure = new(typeof(T), SerializationFailureReason.NoSerializer);
        }
        catch (Exception exception)
        {
            failure = new(typeof(T), SerializationFailureReason.Threw, exception);
        }
        return failure is null;
    }
}
