using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Makes a key of any parts: each behind its length, so that no two requests write the same, then hashed, so that nothing a
/// client sends makes a key long.</summary>
/// <param name="buffer">Room for the parts of most; more is rented.</param>
internal ref struct CanonicalKey(Span<byte> buffer) : IKeySink
{
    /// <summary>Bytes of room that most requests do with.</summary>
    public const int UsualRoom = 1_024;

    /// <summary>Characters of a hash.</summary>
    public const int HashLength = 43;

    private Span<byte> _parts = buffer;
    private byte[]? _rented;
    private int _length;

    public void Add(scoped ReadOnlySpan<char> part) => part.CopyTo(MakeRoom(part.Length));

    public void AddLower(scoped ReadOnlySpan<char> part) => part.ToLowerInvariant(MakeRoom(part.Length));

    /// <summary>Writes the hash of the parts behind a prefix, and gives back what was rented.</summary>
    /// <returns>Characters that were written.</returns>
    public int End(scoped ReadOnlySpan<char> prefix, scoped Span<char> target)
    {
        prefix.CopyTo(target);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_parts[.._length], hash);
        Base64Url.EncodeToChars(hash, target[prefix.Length..]);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        this = default;
        return prefix.Length + HashLength;
    }

    // Characters as they are: half a surrogate pair has no UTF-8, and as U+FFFD two of them would be one.
    private Span<char> MakeRoom(int length)
    {
        var bytes = length * sizeof(char);
        var needed = _length + sizeof(int) + bytes;
        if (needed > _parts.Length) Grow(needed);
        BinaryPrimitives.WriteInt32LittleEndian(_parts[_length..], bytes);
        var room = _parts.Slice(_length + sizeof(int), bytes);
        _length = needed;
        return MemoryMarshal.Cast<byte, char>(room);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _parts.Length * 2));
        _parts[.._length].CopyTo(larger);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _parts = _rented = larger;
    }
}
