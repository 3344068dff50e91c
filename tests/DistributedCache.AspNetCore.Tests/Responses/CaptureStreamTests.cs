using DistributedCache.AspNetCore.Responses;

namespace DistributedCache.AspNetCore.Tests.Responses;

public class CaptureStreamTests
{
    [Fact]
    public void Write_OverTheBound_KeepsNothingOfItNorOfWhatFollows()
    {
        using var client = new MemoryStream();
        using var capture = new CaptureStream(client, 3, static () => ValueTask.FromResult(true));
        foreach (var bytes in new byte[][] { [1, 2], [3, 4], [5], [6] }) capture.Write(bytes);
        Assert.Equal((false, 0), (capture.IsWhole, capture.Kept.Length));
        Assert.Equal([1, 2, 3, 4, 5, 6], client.ToArray());
    }

    [Fact]
    public void Write_UpToTheBound_IsKept()
    {
        using var capture = new CaptureStream(Stream.Null, 3, static () => ValueTask.FromResult(true));
        foreach (var bytes in new byte[][] { [1, 2], [3] }) capture.Write(bytes);
        Assert.True(capture.IsWhole);
        Assert.Equal([1, 2, 3], capture.Trim().ToArray());
    }
}
