using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Partitions;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Reads;

/// <summary>The read of one entry, used again and again: it allocates nothing but what the client does.</summary>
internal sealed class EntryRead : IValueTaskSource<RemoteValue?>
{
    private readonly EntryReads _reads;
    private readonly Action _onAnswer;
    private ManualResetValueTaskSourceCore<RemoteValue?> _core;
    private ConfiguredTaskAwaitable<Lease<byte>?>.ConfiguredTaskAwaiter _answer;
    private ExecutionContext? _context;
    private IDatabase? _database;
    private RedisKey _key;

    public EntryRead(EntryReads reads)
    {
        _reads = reads;
        _onAnswer = OnAnswer;
    }

    public RemoteValue? GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            (_answer, _context, _database, _key) = (default, null, null, default);
            _reads.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public ValueTask<RemoteValue?> Begin(IDatabase database, RedisKey key)
    {
        (_database, _key) = (database, key);
        _core.RunContinuationsAsynchronously = false;
        return new ValueTask<RemoteValue?>(this, _core.Version);
    }

    /// <summary>Keeps what its caller's calls are traced by until it is sent on another thread.</summary>
    public void Wait() => _context = ExecutionContext.Capture();

    public void Send()
    {
        ConfiguredTaskAwaitable<Lease<byte>?>.ConfiguredTaskAwaiter answer;
        try
        {
            answer = _database!.StringGetLeaseAsync(_key, Masters.Only).ConfigureAwait(false).GetAwaiter();
        }
        catch (Exception exception)
        {
            // Who waits for it is not to go on here, where others may wait to be sent.
            _core.RunContinuationsAsynchronously = true;
            Fail(exception);
            return;
        }

        // From the last line on it may be another caller's. One that is here already is told from the pool: others may wait to be sent.
        _answer = answer;
        answer.UnsafeOnCompleted(_onAnswer);
    }

    /// <summary>Sends what has waited, in its caller's context; the pool puts its own back.</summary>
    public void SendInTurn()
    {
        if (_context is { } context) ExecutionContext.Restore(context);
        Send();
    }

    private void OnAnswer()
    {
        RemoteValue? value;
        try
        {
            value = _answer.GetResult() is { } bytes ? new RemoteValue(new ReadOnlySequence<byte>(bytes.Memory), bytes) : null;
        }
        catch (RedisServerException exception) when (exception.IsOfAnotherType())
        {
            // Foreign, like bytes that are no entry, and no failure of the server's.
            value = new RemoteValue(ReadOnlySequence<byte>.Empty, null);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }

        _reads.Ended();
        _core.SetResult(value);
    }

    private void Fail(Exception exception)
    {
        _reads.Ended();
        _core.SetException(exception);
    }
}
