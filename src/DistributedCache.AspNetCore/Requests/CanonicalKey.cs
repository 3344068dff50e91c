using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Makes a key of any parts: each behind its length, so that no two requests write the same, then hashed, so that nothing a
/// client sends makes a key long.</summary>
internal readonly struct CanonicalKey() : IKeySink
{
    private readonly ArrayBufferWriter<byte> _parts = new(256);

    public void Add(scoped ReadOnlySpan<char> part)
    {
        // Half a surrogate pair has no UTF-8: as U+FFFD two of them would be one.
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(part);
        BinaryPrimitives.WriteInt32LittleEndian(_parts.GetSpan(4), bytes.Length);
        _parts.Advance(4);
        _parts.Write(bytes);
    }

    public string Hash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_parts.WrittenSpan, hash);
        return Base64Url.EncodeToString(hash);
    }
}
