using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace DistributedCache.Local;

/// <summary>
/// A folded-multiply hash over a key's chars: 16 bytes per 64 × 64 → 128 bit multiplication, its halves xored; the last 32 bytes in two
/// multiplications side by side, since a hit waits for its bucket, and what they bring is multiplied once more: keys that differ in a digit are
/// otherwise steps of one length. The construction is that of wyhash (Wang Yi, https://github.com/wangyi-fudan/wyhash) and of foldhash
/// (Orson Peters, https://github.com/orlp/foldhash).
/// </summary>
/// <remarks>
/// The secrets are drawn per process, so nobody outside can prepare keys that collide; it is no MAC, and its
/// values must never leave the process.
/// </remarks>
internal static class KeyHash
{
    private static readonly ulong Secret0 = DrawSecret();
    private static readonly ulong Secret1 = DrawSecret();
    private static readonly ulong Secret2 = DrawSecret();
    private static readonly ulong Secret3 = DrawSecret();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(ReadOnlySpan<char> key)
    {
        ref var p = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(key));
        var rest = (nuint)(uint)key.Length * sizeof(char);

        // The two reads of an end overlap where the length is no multiple; the length in the seed tells those apart.
        var seed = Secret0 ^ rest;
        while (rest > 32)
        {
            seed = Mix(Read64(ref p, 0) ^ Secret1, Read64(ref p, 8) ^ seed);
            p = ref Unsafe.Add(ref p, 16);
            rest -= 16;
        }

        ulong mixed;
        if (rest > 16) mixed = Mix(Read64(ref p, 0) ^ Secret1, Read64(ref p, 8) ^ seed) ^ Mix(Read64(ref p, rest - 16) ^ Secret2, Read64(ref p, rest - 8) ^ Secret3);
        else if (rest >= 8) mixed = Mix(Read64(ref p, 0) ^ Secret1, Read64(ref p, rest - 8) ^ seed);
        else if (rest >= 4) mixed = Mix(Read32(ref p, 0) ^ Secret1, Read32(ref p, rest - 4) ^ seed);
        else mixed = Mix((rest == 0 ? 0ul : Unsafe.ReadUnaligned<ushort>(ref p)) ^ Secret1, seed);
        return (int)((mixed * Secret3) >> 32);
    }

    // Two multiplications rather than BigMul's one: on x64 that one passes its low half through memory, which
    // costs more than a multiplication that runs beside the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b)
    {
        var high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);
        return high ^ (a * b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte p, nuint offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref p, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read32(ref byte p, nuint offset) => Unsafe.ReadUnaligned<uint>(ref Unsafe.AddByteOffset(ref p, offset));

    // Odd, so that a multiplication by a secret alone loses no bit.
    private static ulong DrawSecret()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
