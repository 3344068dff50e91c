namespace DistributedCache.Local;

/// <summary>What the garbage collector said last of the machine's, or the container's, memory.</summary>
/// <param name="Collection">The number of the collection that said it.</param>
/// <param name="IsHigh">Whether the load was at the collector's own threshold for high memory load or above.</param>
internal readonly record struct MemoryPressure(long Collection, bool IsHigh)
{
    public static MemoryPressure Read()
    {
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        return new MemoryPressure(
            memory.Index,
            memory.HighMemoryLoadThresholdBytes > 0 && memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes);
    }
}
