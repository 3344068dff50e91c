using System.Buffers;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Takes the parts of a key one after another.</summary>
internal interface IKeySink
{
    void Add(scoped ReadOnlySpan<char> part);

    /// <summary>Adds a part whose letters' case says nothing.</summary>
    void AddLower(scoped ReadOnlySpan<char> part);
}

/// <summary>A key that shows its parts, divided by what none of them may hold: what most requests come to, and costs no hash.</summary>
internal ref struct PlainKey : IKeySink
{
    private const char Divider = '|';

    // A colon would make a prefix of it. Hosts have one before their port: it is written as what no part may hold.
    private const char Colon = '^';

    private static readonly SearchValues<char> Written =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]_`abcdefghijklmnopqrstuvwxyz{|}~ ");

    private readonly Span<char> _buffer;
    private readonly int _begin;
    private int _length;
    private int _parts;
    private bool _isCut;

    public PlainKey(Span<char> buffer, ReadOnlySpan<char> prefix)
    {
        _buffer = buffer;
        prefix.CopyTo(buffer);
        _begin = _length = prefix.Length;
    }

    public void Add(scoped ReadOnlySpan<char> part)
    {
        if (TryMakeRoom(part.Length, out var room)) part.CopyTo(room);
    }

    public void AddLower(scoped ReadOnlySpan<char> part)
    {
        if (TryMakeRoom(part.Length, out var room)) part.ToLowerInvariant(room);
    }

    /// <summary>The key; false where a part has what can't be shown, or there are too many of them.</summary>
    public readonly bool TryEnd(out ReadOnlySpan<char> key)
    {
        key = _buffer[.._length];

        // Once over all of it: a divider more than there are parts is a part's own.
        var parts = _buffer[_begin.._length];
        if (_isCut || parts.ContainsAnyExcept(Written) || parts.Count(Divider) != _parts) return false;
        parts.Replace(':', Colon);
        return true;
    }

    private bool TryMakeRoom(int length, out Span<char> room)
    {
        room = default;
        _isCut |= length >= _buffer.Length - _length;
        if (_isCut) return false;
        _parts++;
        _buffer[_length] = Divider;
        room = _buffer.Slice(_length + 1, length);
        _length += length + 1;
        return true;
    }
}
