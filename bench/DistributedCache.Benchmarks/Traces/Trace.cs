using System.IO.Compression;
using System.Runtime.InteropServices;

namespace DistributedCache.Benchmarks.Traces;

/// <summary>A recorded sequence of accesses: gzip of little-endian uint32 keys, one an access.</summary>
internal sealed record Trace(string Name, uint[] Keys)
{
    private const string Extension = ".u32.gz";
    private const int SmallestCapacity = 16;

    public static IEnumerable<Trace> In(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(Read);

    /// <summary>1, 5 and 20 % of the distinct keys.</summary>
    public IEnumerable<int> Capacities()
    {
        var distinct = Keys.Distinct().Count();
        return ((int[])[1, 5, 20]).Select(percent => Math.Max(SmallestCapacity, (int)(distinct * (long)percent / 100)));
    }

    /// <summary>Hits of all accesses, in per cent.</summary>
    public double HitRatio(ITracePolicy policy) => 100.0 * Keys.Count(policy.Access) / Keys.Length;

    private static Trace Read(string path)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
            gzip.CopyTo(memory);

        var bytes = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        if (bytes.Length % sizeof(uint) != 0)
            throw new InvalidDataException($"{path} holds {bytes.Length} bytes, which is no whole number of 4-byte keys.");
        return new Trace(Path.GetFileName(path)[..^Extension.Length], MemoryMarshal.Cast<byte, uint>(bytes).ToArray());
    }
}
