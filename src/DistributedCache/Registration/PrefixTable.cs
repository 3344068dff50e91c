using System.Collections.Frozen;

namespace DistributedCache.Registration;

/// <summary>Finds the longest prefix of a key: one hash look-up for each distinct length of prefix, longest first.</summary>
internal sealed class PrefixTable<T> where T : class
{
    private readonly int[] _lengths;
    private readonly FrozenDictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _prefixes;

    public PrefixTable(IEnumerable<KeyValuePair<string, T>> prefixes)
    {
        var table = prefixes.ToFrozenDictionary(StringComparer.Ordinal);
        _lengths = [.. table.Keys.Select(prefix => prefix.Length).Distinct().OrderDescending()];
        _prefixes = table.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What the longest prefix of <paramref name="key"/> stands for; null where none is one.</summary>
    public T? Find(ReadOnlySpan<char> key)
    {
        foreach (var length in _lengths)
        {
            if (length <= key.Length && _prefixes.TryGetValue(key[..length], out var found)) return found;
        }

        return null;
    }
}
