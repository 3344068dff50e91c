namespace DistributedCache.Keys;

/// <summary>
/// The prefixes of a key that are indexed, shortest first: one for each of its first
/// <see cref="PrefixRules.MaxDepth"/> colons, up to and including it. <c>user:42:cart</c> has <c>user:</c> and
/// <c>user:42:</c>; <c>user:42</c> has <c>user:</c> alone, and <c>user:42:</c> is a prefix of itself.
/// </summary>
internal ref struct KeyPrefixes(ReadOnlySpan<char> key)
{
    private readonly ReadOnlySpan<char> _key = key;
    private int _length;
    private int _depth;

    public readonly ReadOnlySpan<char> Current => _key[.._length];

    public readonly KeyPrefixes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_depth == PrefixRules.MaxDepth)
            return false;
        var colon = _key[_length..].IndexOf(':');
        if (colon < 0)
            return false;
        _length += colon + 1;
        _depth++;
        return true;
    }
}
