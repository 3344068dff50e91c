using System.Buffers;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Takes the parts of a key one after another.</summary>
internal interface IKeySink
{
    void Add(scoped ReadOnlySpan<char> part);
}

/// <summary>A key that shows its parts, divided by what none of them may hold: what most requests come to, and costs no hash.</summary>
internal ref struct PlainKey(Span<char> buffer) : IKeySink
{
    private const char Divider = '|';

    // A colon would make a prefix of it. Hosts have one before their port: it is written as what no part may hold.
    private const char Colon = '^';

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]_`abcdefghijklmnopqrstuvwxyz{}~ ");

    private readonly Span<char> _buffer = buffer;
    private int _length;
    private bool _isRefused;

    /// <summary>Whether all of it could be shown.</summary>
    public readonly bool IsWhole => !_isRefused;

    public readonly ReadOnlySpan<char> Text => _buffer[.._length];

    public void Begin(ReadOnlySpan<char> prefix)
    {
        prefix.CopyTo(_buffer);
        _length = prefix.Length;
    }

    public void Add(scoped ReadOnlySpan<char> part)
    {
        if (_isRefused || _length + 1 + part.Length > _buffer.Length || part.ContainsAnyExcept(Plain))
        {
            _isRefused = true;
            return;
        }

        _buffer[_length++] = Divider;
        part.CopyTo(_buffer[_length..]);
        _buffer.Slice(_length, part.Length).Replace(':', Colon);
        _length += part.Length;
    }
}
