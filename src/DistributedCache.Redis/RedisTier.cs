using System.Buffers;
using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Following;
using DistributedCache.Redis.Partitions;
using DistributedCache.Redis.Reads;
using DistributedCache.Redis.Schedules;
using DistributedCache.Remote;
using DistributedCache.Resilience;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace DistributedCache.Redis;

/// <summary>The remote tier on Redis: a cluster, a master that Sentinel names, or one server.</summary>
internal sealed class RedisTier : IRemoteTier, IRemoteApplications, IAsyncDisposable, IDisposable
{
    // Messages are to be heard before the first heads are read; where a server does not answer, the others are not to wait for it.
    private static readonly TimeSpan SubscribeTime = TimeSpan.FromMilliseconds(250);

    private readonly PartitionNames _names;
    private readonly RedisConnection _connection;
    private readonly RedisTierSettings _settings;
    private readonly PhysicalKeys _keys;
    private readonly PartitionClient[] _partitions;
    private readonly CacheClock _clock;
    private readonly ILogger _log;
    private readonly EntryReads _reads = new();
    private readonly ReturnWatch _returns;
    private readonly Lock _lock = new();
    private volatile ChannelFollower[] _followers = [];
    private volatile string[] _registered = [];
    private volatile int[] _masters;
    private ClusterConfiguration? _cluster;

    public RedisTier(PartitionNames names, RedisConnection connection, RedisTierSettings settings, CacheClock clock, ILogger log)
    {
        _names = names;
        _keys = new PhysicalKeys(names);
        _connection = connection;
        _settings = settings;
        _clock = clock;
        _log = log;
        Schedule = new RedisSchedule(names, connection);
        _masters = new int[names.Count];
        _returns = new ReturnWatch(AskAsync, Return, clock);
        _partitions = new PartitionClient[names.Count];
        for (var i = 0; i < _partitions.Length; i++)
            _partitions[i] = new PartitionClient(i, names, new PartitionScripts(i, names, connection, settings), _keys, connection, settings);
    }

    /// <summary>What the application's processes are to do, each thing once.</summary>
    public IRemoteSchedule Schedule { get; }

    public int Partitions => _partitions.Length;

    public bool HoldsValues => true;

    public bool IsShared => true;

    public bool IsLossless => false;

    /// <summary>The master it lives on; 0 until that is known.</summary>
    public int GroupOf(int partition) => _masters[partition];

    public bool IsAnswer(Exception failure) => failure is RedisServerException exception && !exception.IsOfAbsence();

    public string Describe(Exception failure) => _connection.Describe(failure);

    /// <summary>Opens the connection, if the servers answer.</summary>
    /// <exception cref="InvalidOperationException">What is stored there contradicts this application's settings.</exception>
    public async Task CheckAsync()
    {
        try
        {
            await _connection.GetAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            // Away for now: said when the first operation fails.
        }
    }

    public async ValueTask<IAsyncDisposable> FollowAsync(IRemoteFollower follower, CancellationToken cancellationToken)
    {
        var channels = new ChannelFollower(_names, _connection, follower, _clock, _log);
        try
        {
            await channels.SubscribeAsync().WaitAsync(SubscribeTime, _clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            // Subscribed with the first heartbeat that finds the servers.
        }

        lock (_lock) _followers = [.. _followers.Where(static follower => !follower.IsEnded), channels];
        return channels;
    }

    public async ValueTask<MarksReply?[]> RegisterAsync(IReadOnlyCollection<string> versions, bool withMarks, CancellationToken cancellationToken)
    {
        _registered = [.. versions];

        // Not cut short: a connection that can't be opened says why, and until it is there is no partition to answer for.
        await _connection.GetAsync().ConfigureAwait(false);
        var maximum = withMarks ? RedisTierSettings.WholeHash : 0;
        var replies = await EachAsync(partition => partition.RegisterAsync(versions, maximum), cancellationToken).ConfigureAwait(false);
        await RequireAnyAsync(replies).ConfigureAwait(false);
        return Array.ConvertAll(replies, static reply => reply.IsCompletedSuccessfully ? reply.Result : (MarksReply?)null);
    }

    public async ValueTask<Head?[]> ReadHeadsAsync(CancellationToken cancellationToken)
    {
        // Not waited for: a server that does not answer this holds up no other's head.
        foreach (var channels in _followers) channels.Subscribe();
        var database = await _connection.GetAsync().ConfigureAwait(false);
        if (Masters.ClusterOf(database) is { } cluster && cluster != _cluster) (_cluster, _masters) = (cluster, Masters.Of(cluster, _names));
        var registered = _registered;
        var fields = PartitionClient.HeadFields(registered);

        // Each beat of every node: what all answered is gone through here, and no method of ours waits for one of them.
        // Masters that are away are asked after elsewhere: nobody waits for them here.
        var answers = await EachAsync(partition => partition.ReadFieldsAsync(database, fields), cancellationToken, partition => !_returns.IsAway(GroupOf(partition))).ConfigureAwait(false);
        _returns.Note(Enumerable.Range(0, answers.Length).Where(i => !answers[i].IsCompletedSuccessfully), GroupOf);
        await RequireAnyAsync(answers).ConfigureAwait(false);
        var heads = new Head?[answers.Length];
        List<(int Partition, Task<Head?> Read)>? reading = null;
        for (var i = 0; i < heads.Length; i++)
        {
            var read = HeadInAsync(_partitions[i], answers[i], database, registered);
            if (read.IsCompleted) heads[i] = await read.ConfigureAwait(false);
            else (reading ??= []).Add((i, read.AsTask()));
        }

        foreach (var (partition, read) in reading ?? [])
            heads[partition] = await InTimeAsync(read, cancellationToken).ConfigureAwait(false);
        foreach (var channels in _followers) channels.Compare(heads);
        return heads;
    }

    public ValueTask<MarksReply> ReadMarksAsync(int partition, IReadOnlyCollection<Mark> marks, CancellationToken cancellationToken) =>
        new(_partitions[partition].ReadMarksAsync(marks, _registered));

    public ValueTask<Head> TouchAsync(int partition, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].TouchAsync(known));

    public ValueTask<Head> BeginIncarnationAsync(int partition, long incarnation, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].RenewAsync(incarnation, known, _registered));

    public ValueTask<IReadOnlyList<Invalidation>> ReadLogAsync(int partition, long after, CancellationToken cancellationToken) =>
        new(_partitions[partition].ReadLogAsync(after));

    public ValueTask<Invalidation> InvalidateAsync(
        int partition, InvalidationKind kind, IReadOnlyList<CacheKey> keys, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].Writes.InvalidateAsync(kind, keys, known));

    public ValueTask<Invalidation> InvalidateAsync(int partition, Mark mark, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].Writes.InvalidateAsync(mark, known));

    public ValueTask<SetReply> SetAsync(int partition, IReadOnlyList<RemoteWrite> writes, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].Writes.SetAsync(writes, known));

    public ValueTask<RemoteValue?> GetAsync(CacheKey key, CancellationToken cancellationToken)
    {
        var connecting = _connection.GetAsync();
        return connecting.IsCompletedSuccessfully ? _reads.GetAsync(connecting.Result, _keys.Entry(key)) : GetOnceConnectedAsync(connecting, _keys.Entry(key));
    }

    public async ValueTask<RemoteValue?[]> GetManyAsync(IReadOnlyList<CacheKey> keys, CancellationToken cancellationToken)
    {
        var database = await _connection.GetAsync().ConfigureAwait(false);
        var names = new RedisKey[keys.Count];
        for (var i = 0; i < names.Length; i++) names[i] = _keys.Entry(keys[i]);
        var values = await database.StringGetAsync(names, Masters.Only).ConfigureAwait(false);
        return Array.ConvertAll(values, static value => value.IsNull ? (RemoteValue?)null : new RemoteValue(new ReadOnlySequence<byte>((ReadOnlyMemory<byte>)value), null));
    }

    public async ValueTask<LeaseReply> LeaseAsync(CacheKey key, ulong token, ulong rejectedId, Known known, CancellationToken cancellationToken) =>
        (await _partitions[key.Partition].Leases.LeaseAsync([key], [token], rejectedId, known, _clock.UtcNow).ConfigureAwait(false))[0];

    public ValueTask<LeaseReply[]> LeaseManyAsync(
        int partition, IReadOnlyList<CacheKey> keys, IReadOnlyList<ulong> tokens, Known known, CancellationToken cancellationToken) =>
        new(_partitions[partition].Leases.LeaseAsync(keys, tokens, rejectedId: 0, known, _clock.UtcNow));

    public ValueTask<bool> ExtendAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        new(_partitions[key.Partition].Leases.ExtendAsync(key, token));

    public async ValueTask ReleaseAsync(CacheKey key, ulong token, CancellationToken cancellationToken) =>
        await _partitions[key.Partition].Leases.ReleaseAsync(key, token).ConfigureAwait(false);

    public async ValueTask<bool> FillAsync(RemoteWrite write, ulong token, CancellationToken cancellationToken) =>
        (await _partitions[write.Key.Partition].Leases.FillAsync([write], [token]).ConfigureAwait(false))[0];

    public ValueTask<bool[]> FillManyAsync(
        int partition, IReadOnlyList<RemoteWrite> writes, IReadOnlyList<ulong> tokens, CancellationToken cancellationToken) =>
        new(_partitions[partition].Leases.FillAsync(writes, tokens));

    public ValueTask<PrimaryReply> SetPrimaryAsync(RemoteWrite write, bool onlyIfAbsent, Known known, CancellationToken cancellationToken) =>
        new(_partitions[write.Key.Partition].Writes.SetPrimaryAsync(write, onlyIfAbsent, known));

    public async ValueTask RenewAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var database = await _connection.GetAsync().ConfigureAwait(false);
        await database.KeyExpireAsync(_keys.Entry(key), timeToLive).ConfigureAwait(false);
    }

    public async ValueTask<IRemoteTier?> FindAsync(string application, CancellationToken cancellationToken)
    {
        var database = await _connection.GetAsync().ConfigureAwait(false);
        var partitions = await StoredSettings.PartitionsOfAsync(database, application).ConfigureAwait(false);
        return partitions is { } count ? new RedisTier(new PartitionNames(application, count), _connection, _settings, _clock, _log) : null;
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _returns.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<RemoteValue?> GetOnceConnectedAsync(ValueTask<IDatabase> connecting, RedisKey key) =>
        await _reads.GetAsync(await connecting.ConfigureAwait(false), key).ConfigureAwait(false);

    private static async ValueTask<Head?> HeadInAsync(PartitionClient partition, Task<RedisValue[]> answer, IDatabase database, IReadOnlyList<string> registered)
    {
        if (!answer.IsCompletedSuccessfully) return null;
        try
        {
            return await partition.HeadInAsync(answer.Result, database, registered).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            return null;
        }
    }

    private static bool IsAbsence(Exception failure) => failure is RedisException or TimeoutException;

    private static async Task<Head?> InTimeAsync(Task<Head?> read, CancellationToken cancellationToken)
    {
        await EndAsync(read, cancellationToken).ConfigureAwait(false);
        return read.IsCompletedSuccessfully ? read.Result : null;
    }

    /// <summary>Waits for what its token may end. What hangs is left to itself then.</summary>
    private static async Task EndAsync(Task call, CancellationToken cancellationToken)
    {
        await call.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!call.IsCompleted) LateFailures.Observe(call);
    }

    private async Task AskAsync(int partition)
    {
        var database = await _connection.GetAsync().ConfigureAwait(false);
        _connection.Look(partition);
        await _partitions[partition].ReadFieldsAsync(database, PartitionClient.HeadFields([])).ConfigureAwait(false);
    }

    private void Return()
    {
        foreach (var channels in _followers) channels.Return();
    }

    /// <summary>One call of every partition, all at once: without success where its server did not answer, or not in time.</summary>
    private async Task<Task<T>[]> EachAsync<T>(Func<PartitionClient, Task<T>> call, CancellationToken cancellationToken, Func<int, bool>? isAwaited = null)
    {
        Task<T>[] calls = [.. _partitions.Select(Begin)];
        var awaited = isAwaited is null ? calls : calls.Where((_, partition) => isAwaited(partition));
        await EndAsync(Task.WhenAll(awaited), cancellationToken).ConfigureAwait(false);
        if (isAwaited is not null) LateFailures.Observe(Task.WhenAll(calls));
        return calls;

        Task<T> Begin(PartitionClient partition)
        {
            try
            {
                return call(partition);
            }
            catch (Exception exception) when (IsAbsence(exception))
            {
                return Task.FromException<T>(exception);
            }
        }
    }

    /// <summary>Fails with what failed where that is no server's absence, or where none has answered.</summary>
    private static async Task RequireAnyAsync<T>(Task<T>[] calls)
    {
        if (Array.Find(calls, static ended => ended.Exception?.InnerException is { } failure && !IsAbsence(failure)) is { } broken) await broken.ConfigureAwait(false);
        if (Array.TrueForAll(calls, static ended => !ended.IsCompletedSuccessfully))
            await (Array.FindLast(calls, static ended => ended.IsCompleted) ?? throw new TimeoutException("No server answered in time.")).ConfigureAwait(false);
    }
}
