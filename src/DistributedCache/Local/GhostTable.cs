using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistributedCache.Local;

/// <summary>
/// Remembers the hashes of recently evicted entries, two bytes each: sets of eight fingerprints, each set a
/// first-in-first-out queue of its own, which together forget in nearly the order of one long queue.
/// </summary>
/// <remarks>
/// A hash is taken for another one in about 8 of 65,535 look-ups, which costs one entry a better place than it earned.
/// </remarks>
internal sealed class GhostTable
{
    private const int Ways = 8;

    private ushort[] _fingerprints = new ushort[Ways];

    public int Capacity => _fingerprints.Length;

    /// <summary>Remembers a hash as the latest of at most about <paramref name="capacity"/>.</summary>
    public void Add(int hash, int capacity)
    {
        // Slack of a quarter on growing and of half on shrinking, so that neither happens often.
        if (capacity > Capacity || capacity < Capacity / 2 - Ways)
            Resize((capacity + capacity / 4 + Ways - 1) / Ways);

        var set = SetOf(hash);
        set[..^1].CopyTo(set[1..]);
        set[0] = Fingerprint(hash);
    }

    /// <summary>Whether the hash was remembered; from here on it is not.</summary>
    public bool Remove(int hash)
    {
        var set = SetOf(hash);
        var fingerprint = Fingerprint(hash);
        if (!Vector128.EqualsAny(Vector128.Create<ushort>(set), Vector128.Create(fingerprint)))
            return false;

        var way = set.IndexOf(fingerprint);
        set[(way + 1)..].CopyTo(set[way..]);
        set[^1] = 0;
        return true;
    }

    private Span<ushort> SetOf(int hash) => _fingerprints.AsSpan(SetIndex(hash) * Ways, Ways);

    // The high bits choose the set, the low ones are the fingerprint. Multiplying keeps sets in the hashes' order,
    // which is what lets a resize keep most of what it knows.
    private int SetIndex(int hash) => (int)((ulong)(uint)hash * (uint)(_fingerprints.Length / Ways) >> 32);

    // 0 is an empty place.
    private static ushort Fingerprint(int hash) => Math.Max((ushort)hash, (ushort)1);

    private void Resize(int sets)
    {
        var old = MemoryMarshal.Cast<ushort, Vector128<ushort>>(_fingerprints);
        var fingerprints = new ushort[sets * Ways];
        var resized = MemoryMarshal.Cast<ushort, Vector128<ushort>>(fingerprints.AsSpan());
        for (var i = 0; i < sets; i++)
            resized[i] = old[(int)((long)i * old.Length / sets)];
        _fingerprints = fingerprints;
    }
}
