using System.Buffers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>The bytes of a response that are kept, and from there go to its client as fast as that takes them: others who wait for the
/// response do not wait for a slow client.</summary>
/// <param name="client">Where they go.</param>
internal sealed class KeptBody(Stream client)
{
    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _bytes = new();
    private int _sent;
    private bool _isFlushDue;
    private bool _isSending;

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>Ends when the client has what was sent so far; fails if it could not be given to it.</summary>
    public Task Sent { get; private set; } = Task.CompletedTask;

    /// <summary>The bytes, in no more memory than they need.</summary>
    public ReadOnlyMemory<byte> Trim() => _bytes.FreeCapacity * 8 > _bytes.WrittenCount ? _bytes.WrittenSpan.ToArray() : _bytes.WrittenMemory;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        // What is being sent stays as it is: to grow is to copy.
        lock (_lock) _bytes.Write(bytes);
    }

    /// <summary>Lets go of the bytes. What is being sent is not touched.</summary>
    public void Clear()
    {
        lock (_lock) (_bytes, _sent) = (new(), 0);
    }

    /// <summary>Has the client get what was added, beside what it gets already.</summary>
    public void Send(bool flush)
    {
        lock (_lock)
        {
            _isFlushDue |= flush;
            if (_isSending) return;
            _isSending = true;
        }

        Sent = SendAsync();
    }

    // After a failure nothing more is sent: it still counts as sending.
    private async Task SendAsync()
    {
        while (TryNext(out var bytes))
        {
            if (bytes.Length > 0) await client.WriteAsync(bytes).ConfigureAwait(false);
            else await client.FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What the client gets next; none of it stands for a flush.</summary>
    private bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            bytes = _bytes.WrittenMemory[_sent..];
            _sent += bytes.Length;
            if (bytes.Length > 0) return true;
            if (!_isFlushDue) return _isSending = false;
            return !(_isFlushDue = false);
        }
    }
}
