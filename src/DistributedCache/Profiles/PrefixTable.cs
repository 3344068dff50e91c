namespace DistributedCache.Profiles;

/// <summary>Finds the longest prefix of a key.</summary>
/// <remarks>
/// In ordinal order, whatever stands between a prefix of a key and the key begins with that prefix. So the last prefix that is not
/// after the key either is the longest one, or that one is among its own prefixes: one binary search, among those with the key's
/// first character, and a chain that is nearly always empty.
/// </remarks>
internal sealed class PrefixTable<T> where T : class
{
    /// <summary>Characters from here on share a bucket.</summary>
    private const int Others = 128;

    private readonly Row[] _rows;

    /// <summary>Where the rows begin that start with a character: a bucket ends where the next begins.</summary>
    private readonly int[] _starts = new int[Others + 2];

    public PrefixTable(IEnumerable<KeyValuePair<string, T>> prefixes)
    {
        var sorted = prefixes.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
        _rows = new Row[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            var (prefix, value) = sorted[i];
            var parent = i - 1;
            while (parent >= 0 && !prefix.StartsWith(_rows[parent].Prefix, StringComparison.Ordinal)) parent = _rows[parent].Parent;
            _rows[i] = new Row(prefix, value, parent);
            _starts[Bucket(prefix) + 1] = i + 1;
        }

        for (var i = 1; i < _starts.Length; i++) _starts[i] = Math.Max(_starts[i], _starts[i - 1]);
    }

    /// <summary>What the longest prefix of <paramref name="key"/> stands for; null where none is one.</summary>
    public T? Find(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty) return null;
        var bucket = Bucket(key);
        var first = _starts[bucket];
        var end = _starts[bucket + 1];
        while (first < end)
        {
            var middle = (first + end) >>> 1;
            if (_rows[middle].Prefix.AsSpan().SequenceCompareTo(key) <= 0) first = middle + 1;
            else end = middle;
        }

        for (var i = end - 1; i >= _starts[bucket]; i = _rows[i].Parent)
        {
            if (key.StartsWith(_rows[i].Prefix)) return _rows[i].Value;
        }

        return null;
    }

    private static int Bucket(ReadOnlySpan<char> text) => Math.Min(text[0], (char)Others);

    /// <param name="Prefix">The prefix.</param>
    /// <param name="Value">What it stands for.</param>
    /// <param name="Parent">The row of the longest other prefix that this one begins with; -1: none.</param>
    private readonly record struct Row(string Prefix, T Value, int Parent);
}
