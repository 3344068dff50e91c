using DistributedCache.Entries;
using DistributedCache.Serialization;

namespace DistributedCache.Tests.Entries;

/// <summary>Recorded entries: what a release has stored, every later one must read. Never change a recorded file.</summary>
public class EnvelopeSnapshotTests
{
    private static readonly Dictionary<string, Sample> Samples = new()
    {
        ["v1-full"] = new(new EnvelopeHeader(
            EnvelopeFlags.StaleMarked, 0x0123_4567_89AB_CDEF, 1_825_000_000_000_512, 1_000_001, 1_790_000_300_000))
        {
            Created = 1_790_000_000_000,
            StaleUntil = 1_790_003_900_000,
            Sliding = 0,
            AbsoluteEnd = 1_790_086_400_000,
            LoadDuration = 137,
            Validator = "\"v1é\"",
            Codec = 1,
            Stamps =
            [
                new(StampKind.Tag, "category:7", 63, 1_825_000_000_000_512, 42),
                new(StampKind.Prefix, "user:42:", 16_383, 1_825_000_000_001_000, 0),
            ],
            Payload = [0xDE, 0xAD, 0xBE, 0xEF],
        },
        ["v1-null"] = new(new EnvelopeHeader(EnvelopeFlags.NullValue, 1, 2, 3, 1_790_000_030_000))
        {
            Created = 1_790_000_000_000,
            StaleUntil = 1_790_000_030_000,
        },
        ["v1-primary"] = new(new EnvelopeHeader(
            EnvelopeFlags.Primary | EnvelopeFlags.NeverLocal, ulong.MaxValue, 0, 0, EnvelopeLayout.MaxMilliseconds))
        {
            Created = 1_790_000_000_000,
            StaleUntil = 1_790_001_320_000,
            Sliding = 1_200_000,
            Validator = "",
            Payload = "session"u8.ToArray(),
        },
        ["v1-brotli"] = new(new EnvelopeHeader(
            EnvelopeFlags.Primary | EnvelopeFlags.NeverLocal, ulong.MaxValue, 0, 0, EnvelopeLayout.MaxMilliseconds))
        {
            Created = 1_790_000_000_000,
            StaleUntil = 1_790_001_320_000,
            Sliding = 1_200_000,
            Validator = "",
            Codec = Compression.Brotli,
            Payload = Convert.FromHexString("0341000080AAAAAAEAFF7415A0CB516E370101011039881CE42A20700017BF526C8A5D6C30E6D8511D631D289E562BB5223F"),
        },
    };

    public static TheoryData<string> Names => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_FixedEntry_GivesTheRecordedBytes(string name) =>
        Assert.Equal(Convert.ToHexString(Recorded(name)), Convert.ToHexString(Samples[name].Write()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_RecordedBytes_GivesTheEntry(string name)
    {
        Assert.Equal(Samples[name], Sample.Read(Recorded(name), out var fault));
        Assert.Equal(EnvelopeFault.None, fault);
    }

    [Fact]
    public void Decompress_RecordedPayload_GivesThePlainOne()
    {
        using var plain = new PooledBufferWriter(int.MaxValue);
        Assert.Equal(EnvelopeFault.None, Compression.Decompress(new(Sample.Read(Recorded("v1-brotli"), out _)!.Payload), 1000, plain));
        Assert.Equal("{\"name\":\"" + string.Concat(Enumerable.Repeat("chair ", 20)) + "\"}", System.Text.Encoding.UTF8.GetString(plain.WrittenSpan));
    }

    private static byte[] Recorded(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "Entries", "Snapshots")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No Entries/Snapshots above the tests.");
        // A '#' begins a comment, to the end of its line.
        var lines = File.ReadLines(Path.Combine(folder.FullName, "Entries", "Snapshots", name + ".hex"));
        return Convert.FromHexString(string.Concat(lines.Select(line => line.Split('#')[0].Replace(" ", "", StringComparison.Ordinal))));
    }
}
