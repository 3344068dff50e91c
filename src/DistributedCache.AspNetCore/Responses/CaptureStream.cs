namespace DistributedCache.AspNetCore.Responses;

/// <summary>The body of a response on its way to the client: kept up to a bound, and passed on, as fast as the client takes it where it is kept
/// and as it comes where it is not.</summary>
/// <param name="client">Where it goes; <see cref="Stream.Null"/> where nobody waits.</param>
/// <param name="maximum">Bytes that are kept at most.</param>
/// <param name="starting">Called before the first byte or flush, until it has answered whether the client is to get the body.</param>
/// <param name="start">Starts the response in front, which who writes waits for, if not for its client: headers are nobody's any more then.</param>
internal sealed class CaptureStream(Stream client, long maximum, Func<ValueTask<bool>> starting, Func<Task>? start = null) : Stream
{
    private readonly KeptBody _kept = new(client);
    private bool? _passes;
    private bool _isStarted;

    /// <summary>Told when nothing is kept any more.</summary>
    public Action? Forgone { get; init; }

    /// <summary>Whether all of it is kept.</summary>
    public bool IsWhole { get; private set; } = true;

    public ReadOnlyMemory<byte> Kept => _kept.Bytes;

    /// <summary>Ends when the client has what was written so far. Until then its stream is not anybody else's.</summary>
    public Task Sent => _kept.Sent;

    /// <inheritdoc cref="KeptBody.Trim"/>
    public ReadOnlyMemory<byte> Trim() => _kept.Trim();

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

        // What the client lacks of it yet, it still gets from there.
        if (_kept.Sent.IsCompleted) _kept.Clear();
        Forgone?.Invoke();
    }

    /// <summary>Whether the client gets the body; decides it where nothing was written yet.</summary>
    public async ValueTask<bool> BeginAsync() => _passes ??= await starting().ConfigureAwait(false);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var passes = Begin();
        if (TryKeep(buffer)) Send(passes, flush: false);
        else if (passes)
        {
            Drain();
            client.Write(buffer);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isStarted || _passes is not { } passes) return WriteFirstAsync(buffer, cancellationToken);
        if (!TryKeep(buffer.Span)) return passes ? PassAsync(buffer, cancellationToken) : ValueTask.CompletedTask;
        Send(passes, flush: false);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        var passes = Begin();
        if (IsWhole) Send(passes, flush: true);
        else if (passes)
        {
            Drain();
            client.Flush();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        var passes = await StartAsync().ConfigureAwait(false);
        if (IsWhole) Send(passes, flush: true);
        else if (passes)
        {
            await DrainAsync().ConfigureAwait(false);
            await client.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Who writes synchronously waits, as at the server.
    private bool Begin() => _isStarted && _passes is { } passes ? passes : StartAsync().AsTask().GetAwaiter().GetResult();

    private void Drain() => DrainAsync().GetAwaiter().GetResult();

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await StartAsync().ConfigureAwait(false);
        await WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins, and has the response start where its client gets what is written.</summary>
    private async ValueTask<bool> StartAsync()
    {
        var passes = await BeginAsync().ConfigureAwait(false);
        if (passes && !_isStarted && start is not null) await start().ConfigureAwait(false);
        _isStarted = true;
        return passes;
    }

    private async ValueTask PassAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await DrainAsync().ConfigureAwait(false);
        await client.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until the client has what was kept before nothing was any more.</summary>
    private async Task DrainAsync()
    {
        await _kept.Sent.ConfigureAwait(false);
        _kept.Clear();
    }

    private void Send(bool passes, bool flush)
    {
        if (passes) _kept.Send(flush);
    }

    private bool TryKeep(ReadOnlySpan<byte> bytes)
    {
        if (!IsWhole) return false;
        if (_kept.Bytes.Length + bytes.Length <= maximum)
        {
            _kept.Add(bytes);
            return true;
        }

        // Over the bound it goes through and is not stored.
        Forgo();
        return false;
    }
}
