using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Serialization;

/// <summary>
/// Strings as UTF-8 and byte arrays as they are. A lone surrogate has no UTF-8 form and bytes may not be UTF-8: both
/// throw, since a replacement character would hand out another value than was stored.
/// </summary>
internal sealed class RawSerializer : IHybridCacheSerializer<string>, IHybridCacheSerializer<byte[]>
{
    public static readonly RawSerializer Instance = new();

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private RawSerializer()
    {
    }

    string IHybridCacheSerializer<string>.Deserialize(ReadOnlySequence<byte> source) => Utf8.GetString(source);

    void IHybridCacheSerializer<string>.Serialize(string value, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(value);
        Utf8.GetBytes(value, target);
    }

    byte[] IHybridCacheSerializer<byte[]>.Deserialize(ReadOnlySequence<byte> source) => source.ToArray();

    void IHybridCacheSerializer<byte[]>.Serialize(byte[] value, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(value);
        target.Write(value);
    }
}
