using System.Buffers;
using System.Runtime.CompilerServices;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Partitions;
using DistributedCache.Remote;
using StackExchange.Redis;

namespace DistributedCache.Redis.Reads;

/// <summary>Reads of single entries, sent together where many are under way.</summary>
internal sealed class EntryReads
{
    private readonly SendTurns _turns = new();

    /// <summary>Reads an entry; null where there is none.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RemoteValue?> GetAsync(IDatabase database, RedisKey key)
    {
        await _turns.Take();
        try
        {
            // Also what has failed at once is told from the pool: who waits for it is not to go on here, where others wait to be sent.
            var bytes = await SendAsync(database, key).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return bytes is null ? null : new RemoteValue(new ReadOnlySequence<byte>(bytes.Memory), bytes);
        }
        catch (RedisServerException exception) when (exception.IsOfAnotherType())
        {
            // Foreign, like bytes that are no entry, and no failure of the server's.
            return new RemoteValue(ReadOnlySequence<byte>.Empty, null);
        }
        finally
        {
            _turns.Ended();
        }
    }

    private static Task<Lease<byte>?> SendAsync(IDatabase database, RedisKey key)
    {
        try
        {
            return database.StringGetLeaseAsync(key, Masters.Only);
        }
        catch (Exception exception)
        {
            return Task.FromException<Lease<byte>?>(exception);
        }
    }
}
