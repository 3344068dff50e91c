using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Makes a key of a request's parts: each behind its length, so that no two requests write the same, then hashed, so that
/// nothing a client sends makes a key long.</summary>
internal sealed class CanonicalKey
{
    private readonly ArrayBufferWriter<byte> _parts = new(256);

    public CanonicalKey Add(string? text)
    {
        var part = text.AsSpan();
        var length = Encoding.UTF8.GetByteCount(part);
        BinaryPrimitives.WriteInt32LittleEndian(_parts.GetSpan(4), length);
        _parts.Advance(4);
        Encoding.UTF8.GetBytes(part, _parts);
        return this;
    }

    public CanonicalKey Add(IEnumerable<string?> parts)
    {
        foreach (var part in parts) Add(part is null ? "-" : "=" + part);
        return Add("");
    }

    public string Hash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_parts.WrittenSpan, hash);
        return Base64Url.EncodeToString(hash);
    }
}
