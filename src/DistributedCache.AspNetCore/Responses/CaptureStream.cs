using System.Buffers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>The body of a response on its way to the client: passed on as it comes, and kept up to a bound.</summary>
/// <param name="client">Where it goes; <see cref="Stream.Null"/> where nobody waits.</param>
/// <param name="maximum">Bytes that are kept at most.</param>
/// <param name="starting">Called before the first byte or flush, until it has answered whether the client is to get the body.</param>
internal sealed class CaptureStream(Stream client, long maximum, Func<ValueTask<bool>> starting) : Stream
{
    private readonly ArrayBufferWriter<byte> _kept = new();
    private bool? _passes;

    /// <summary>Told when nothing is kept any more.</summary>
    public Action? Forgone { get; init; }

    /// <summary>Whether all of it is kept.</summary>
    public bool IsWhole { get; private set; } = true;

    public ReadOnlyMemory<byte> Kept => _kept.WrittenMemory;

    /// <summary>What is kept, in no more memory than it needs.</summary>
    public ReadOnlyMemory<byte> Trim() => _kept.FreeCapacity * 8 > _kept.WrittenCount ? _kept.WrittenSpan.ToArray() : _kept.WrittenMemory;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Keeps nothing of it.</summary>
    public void Forgo()
    {
        IsWhole = false;
        _kept.Clear();
        Forgone?.Invoke();
    }

    /// <summary>Whether the client gets the body; decides it where nothing was written yet.</summary>
    public async ValueTask<bool> BeginAsync() => _passes ??= await starting().ConfigureAwait(false);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var passes = Begin();
        Keep(buffer);
        if (passes) client.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_passes is not { } passes) return WriteFirstAsync(buffer, cancellationToken);
        Keep(buffer.Span);
        return passes ? client.WriteAsync(buffer, cancellationToken) : ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        if (Begin()) client.Flush();
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (await BeginAsync().ConfigureAwait(false)) await client.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Who writes synchronously waits, as at the server.
    private bool Begin() => _passes ?? BeginAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await BeginAsync().ConfigureAwait(false);
        await WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!IsWhole) return;
        if (_kept.WrittenCount + bytes.Length <= maximum)
        {
            _kept.Write(bytes);
            return;
        }

        // Over the bound it goes through and is not stored.
        Forgo();
    }
}
