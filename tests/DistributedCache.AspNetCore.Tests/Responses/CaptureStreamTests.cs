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

    [Fact]
    public async Task Write_ToAClientThatDoesNotRead_WaitsOnlyForWhatIsNotKept()
    {
        var client = new SlowStream();
        await using var capture = new CaptureStream(client, 3, static () => ValueTask.FromResult(true));
        var (kept, flushed) = (capture.WriteAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken).AsTask(), capture.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal((true, true, true, false), (capture.IsWhole, kept.IsCompletedSuccessfully, flushed.IsCompletedSuccessfully, capture.Sent.IsCompleted));

        var passed = capture.WriteAsync(new byte[] { 4 }, TestContext.Current.CancellationToken).AsTask();
        Assert.False(passed.IsCompleted);
        client.Read();
        await passed;
        Assert.Equal([1, 2, 3, 4], client.Bytes);
    }

    [Fact]
    public async Task Write_ToAClientThatFails_KeepsAllAndTellsInTheEnd()
    {
        var client = new SlowStream();
        await using var capture = new CaptureStream(client, 10, static () => ValueTask.FromResult(true));
        Assert.True(capture.WriteAsync(new byte[] { 1 }, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        client.Fail();
        await Assert.ThrowsAsync<IOException>(() => capture.Sent);
        await capture.WriteAsync(new byte[] { 2 }, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], capture.Kept.ToArray());
        Assert.True(capture.Sent.IsFaulted);
    }

    [Fact]
    public async Task Write_OfAnyChunksToClientsOfAnySpeed_ReachesThemInOrder()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(2_000)];
            random.NextBytes(bytes);
            var client = new YieldingStream(random.Next());
            var maximum = random.Next(2_000);
            await using var capture = new CaptureStream(client, maximum, static () => ValueTask.FromResult(true));
            for (var (at, length) = (0, 0); at < bytes.Length; at += length)
            {
                length = random.Next(1, Math.Min(300, bytes.Length - at + 1));
                if (random.Next(4) == 0) capture.Write(bytes.AsSpan(at, length));
                else await capture.WriteAsync(bytes.AsMemory(at, length), TestContext.Current.CancellationToken);
                if (random.Next(5) == 0) await capture.FlushAsync(TestContext.Current.CancellationToken);
            }

            await capture.Sent;
            Assert.True(client.Bytes.AsSpan().SequenceEqual(bytes), $"seed {seed}, round {round}");
            Assert.Equal(bytes.Length <= maximum, capture.IsWhole);
            if (capture.IsWhole) Assert.True(capture.Trim().Span.SequenceEqual(bytes), $"seed {seed}, round {round}");
        }
    }

    /// <summary>A client that takes bytes and is not done with them until it reads, or fails.</summary>
    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[] Bytes => ToArray();

        public void Read() => _reading.SetResult();

        public void Fail() => _reading.SetException(new IOException("away"));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _reading.Task;
            Write(buffer.Span);
        }
    }

    /// <summary>A client that now and then lets others run first.</summary>
    private sealed class YieldingStream(int seed) : MemoryStream
    {
        private readonly Random _random = new(seed);

        public byte[] Bytes => ToArray();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var turns = _random.Next(4); turns > 0; turns--) await Task.Yield();
            Write(buffer.Span);
        }
    }
}
