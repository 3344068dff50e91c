namespace DistributedCache.Pipeline;

/// <summary>What one flow of control writes to a cache while its record is open: a request, with all that it calls.</summary>
/// <remarks>Work that a flow leaves behind may write after the record was closed, and does so unrecorded.</remarks>
internal sealed class WriteRecord
{
    private static readonly AsyncLocal<WriteRecord?> Running = new();

    private readonly Lock _lock = new();
    private readonly CacheEngine _engine;
    private readonly HashSet<(string Tenant, string Tag)> _tags = [];
    private readonly List<Task> _followed = [];
    private ConsistencyToken _token;
    private bool _isClosed;

    private WriteRecord(CacheEngine engine) => _engine = engine;

    /// <summary>The record of the caller's flow; null where there is none.</summary>
    public static WriteRecord? Current => Running.Value;

    /// <summary>Opens the record of the caller's flow, which ends with the asynchronous method that calls this.</summary>
    public static WriteRecord Open(CacheEngine engine) => Running.Value = new WriteRecord(engine);

    /// <summary>Notes a write of the caller's flow, if that is recorded for this cache.</summary>
    public static void Note(CacheEngine engine, ConsistencyToken token)
    {
        if (Running.Value is { } record && record._engine == engine) record.Add(token);
    }

    /// <summary>Notes an invalidation by tag.</summary>
    public static void Note(CacheEngine engine, string tenant, string tag)
    {
        if (Running.Value is { } record && record._engine == engine) record.Add(tenant, tag);
    }

    public void Add(ConsistencyToken token)
    {
        lock (_lock)
        {
            if (!_isClosed) _token = _token.Merge(token);
        }
    }

    public void Add(string tenant, string tag)
    {
        lock (_lock)
        {
            if (!_isClosed) _tags.Add((tenant, tag));
        }
    }

    /// <summary>Adds what follows from a write, which never fails.</summary>
    public void Add(Task followed)
    {
        lock (_lock)
        {
            if (!_isClosed) _followed.Add(followed);
        }
    }

    /// <summary>Has the caller's flow write to this record.</summary>
    public void Continue() => Running.Value = this;

    /// <summary>Ends when all has come that follows from what was written so far.</summary>
    public Task FollowedAsync()
    {
        lock (_lock) return Task.WhenAll(_followed);
    }

    /// <summary>Ends the record: one token for all that was written, and the tags that were invalidated.</summary>
    public (ConsistencyToken Token, IReadOnlyCollection<(string Tenant, string Tag)> Tags) Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            return (_token, _tags);
        }
    }
}
