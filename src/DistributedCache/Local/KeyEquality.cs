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

        // Blocks from the front, and one at the very end that may overlap the last of them.
        var end = length - Block;
        for (nuint at = 0; at < end; at += Block)
        {
            if (Vector128.LoadUnsafe(ref a, at) != Vector128.LoadUnsafe(ref b, at)) return false;
        }

        return Vector128.LoadUnsafe(ref a, end) == Vector128.LoadUnsafe(ref b, end);
    }
}
