using DistributedCache.Keys;

namespace DistributedCache.Entries;

/// <summary>Walks the stamps of a stored entry. Their bytes were checked when the entry was read.</summary>
internal ref struct NamedStampReader
{
    private FieldReader _fields;
    private int _left;

    internal NamedStampReader(ReadOnlySpan<byte> bytes, int count)
    {
        _fields = new FieldReader(bytes);
        _left = count;
    }

    public StampKind Kind { get; private set; }

    /// <summary>The tag or prefix in UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    public int Partition { get; private set; }

    public long Incarnation { get; private set; }

    public long Sequence { get; private set; }

    public readonly NamedStampReader Current => this;

    public readonly NamedStampReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Kind = (StampKind)_fields.Byte();
        Name = _fields.Text();
        Partition = (int)_fields.Number(Partitioner.MaxPartitions - 1);
        Incarnation = _fields.Int64();
        Sequence = _fields.Int64();
        if (Kind > StampKind.Prefix || Name.IsEmpty)
            _fields.Fail(EnvelopeFault.BadText);
        return _fields.Fault == EnvelopeFault.None;
    }

    /// <summary>Walks all of them, and says what is wrong and how many bytes they take.</summary>
    internal EnvelopeFault Check(out int length)
    {
        while (MoveNext()) { }
        length = _fields.Position;
        return _fields.Fault;
    }
}
