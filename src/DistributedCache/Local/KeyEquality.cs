using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DistributedCache.Local;

/// <summary>Compares keys whose hashes are equal, hence almost always equal keys of some dozens of characters: few instructions for
/// those, where the framework's comparison is made for any length and an early difference.</summary>
internal static class KeyEquality
{
    private const int Block = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(ReadOnlySpan<char> asked, string stored)
    {
        if (asked.Length != stored.Length) return false;
        var length = (nuint)(uint)asked.Length * sizeof(char);
        if (length < Block) return asked.SequenceEqual(stored);
        ref var a = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(asked));
        ref var b = ref Unsafe.As<char, byte>(ref Unsafe.AsRef(in stored.GetPinnableReference()));

        // The first block and the last, which overlap in a short key: two loads each and one branch. What lies between in a longer one
        // is compared block by block.
        var end = length - Block;
        var differences = (Vector128.LoadUnsafe(ref a) ^ Vector128.LoadUnsafe(ref b)) | (Vector128.LoadUnsafe(ref a, end) ^ Vector128.LoadUnsafe(ref b, end));
        for (nuint at = Block; at < end; at += Block) differences |= Vector128.LoadUnsafe(ref a, at) ^ Vector128.LoadUnsafe(ref b, at);
        return differences == Vector128<byte>.Zero;
    }
}
