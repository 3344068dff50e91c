using System.Buffers;
using DistributedCache.Serialization;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Serialization;

public sealed class PooledBufferWriterTests
{
    [Property]
    public void Write_AnyChunks_ReadsBackAsWritten(byte[][] chunks)
    {
        using var writer = new PooledBufferWriter(int.MaxValue);
        foreach (var chunk in chunks) writer.Write(chunk);

        var expected = chunks.SelectMany(c => c).ToArray();
        Assert.Equal(expected, writer.WrittenSpan.ToArray());
        Assert.Equal(expected, writer.WrittenMemory.ToArray());
        Assert.Equal(expected, writer.WrittenSequence.ToArray());
        Assert.Equal(expected.Length, writer.WrittenCount);
    }

    [Fact]
    public void Advance_ToTheLimit_IsWithinTheQuota()
    {
        using var writer = new PooledBufferWriter(1000);
        writer.Write(new byte[1000]);

        Assert.False(writer.QuotaExceeded);
        Assert.Equal(1000, writer.WrittenCount);
    }

    [Fact]
    public void Advance_OverTheLimit_ThrowsNamingItAndKeepsNothingMore()
    {
        using var writer = new PooledBufferWriter(1000);
        writer.Write(new byte[999]);
        writer.GetSpan(2);

        var thrown = Assert.Throws<InvalidOperationException>(() => writer.Advance(2));

        Assert.Contains("1000 bytes", thrown.Message, StringComparison.Ordinal);
        Assert.True(writer.QuotaExceeded);
        Assert.Equal(999, writer.WrittenCount);
        Assert.Throws<InvalidOperationException>(() => { writer.GetSpan(1); });
    }

    [Fact]
    public void GetSpan_HintAboveWhatIsWritten_DoesNotCountAgainstTheLimit()
    {
        using var writer = new PooledBufferWriter(10);
        writer.GetSpan(3000)[0] = 7;
        writer.Advance(10);

        Assert.False(writer.QuotaExceeded);
    }

    [Fact]
    public void Reset_AfterTheQuota_StartsAnew()
    {
        using var writer = new PooledBufferWriter(1);
        writer.GetSpan(2);
        Assert.Throws<InvalidOperationException>(() => writer.Advance(2));

        writer.Reset();
        writer.Write(new byte[] { 5 });

        Assert.False(writer.QuotaExceeded);
        Assert.Equal([5], writer.WrittenSpan.ToArray());
    }

    [Fact]
    public void Advance_BeyondWhatWasHandedOut_Throws()
    {
        using var writer = new PooledBufferWriter(int.MaxValue);
        var length = writer.GetSpan().Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(length + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
    }

    [Property]
    public void Count_AnyChunks_IsTheirSum(byte[][] chunks)
    {
        using var counter = new CountingBufferWriter();
        foreach (var chunk in chunks) counter.Write(chunk);

        Assert.Equal(chunks.Sum(c => (long)c.Length), counter.WrittenCount);
        Assert.True(counter.GetSpan(100_000).Length >= 100_000);
    }
}
