namespace DistributedCache.Chaos.Nodes;

/// <summary>One connection of a <see cref="Line"/>.</summary>
internal sealed class LineStream(Line line, Stream inner, bool isSubscription) : Stream
{
    private readonly CancellationTokenSource _closed = new();
    private readonly MessageSieve? _sieve = isSubscription ? new(inner, () => line.IsDeaf) : null;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await (_sieve?.ReadAsync(buffer, cancellationToken) ?? inner.ReadAsync(buffer, cancellationToken));
        await line.PassAsync(_closed.Token);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await line.PassAsync(_closed.Token);
        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, default).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, default).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // The source of the token is not disposed: a read may be about to ask for it.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            line.Forget(this);
            _closed.Cancel();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
