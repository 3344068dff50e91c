using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace DistributedCache.Local;

/// <summary>
/// A folded-multiply hash over a key's chars: 16 bytes per 64 × 64 → 128 bit multiplication, its halves xored.
/// The construction is that of wyhash (Wang Yi, https://github.com/wangyi-fudan/wyhash) and rapidhash
/// (Nicolas De Carli, https://github.com/Nicoshev/rapidhash).
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compute(ReadOnlySpan<char> key)
    {
        ref var p = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(key));
        var length = (nuint)(uint)key.Length * sizeof(char);
        var seed = Secret0;
        ulong a, b;

        // The two reads overlap where the length is no multiple; the length in the last mix tells those apart.
        if (length > 16)
        {
            var rest = length;
            do
            {
                seed = Mix(Read64(ref p, 0) ^ Secret1, Read64(ref p, 8) ^ seed);
                p = ref Unsafe.Add(ref p, 16);
                rest -= 16;
            }
            while (rest > 16);

            // The last 16 bytes of the key, which may begin before p.
            p = ref Unsafe.Subtract(ref p, 16);
            a = Read64(ref p, rest);
            b = Read64(ref p, rest + 8);
        }
        else if (length >= 8)
        {
            a = Read64(ref p, 0);
            b = Read64(ref p, length - 8);
        }
        else if (length >= 4)
        {
            a = Read32(ref p, 0);
            b = Read32(ref p, length - 4);
        }
        else
        {
            a = length == 0 ? 0ul : Unsafe.ReadUnaligned<ushort>(ref p);
            b = 0;
        }

        return (int)Mix(Secret2 ^ length, Mix(a ^ Secret1, b ^ seed));
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
