using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.EntityFrameworkCore.Tests;

/// <summary>A store in SQLite's memory, and a cache that writes down what is invalidated.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly SqliteConnection _connection;

    private readonly ServiceProvider _services;

    private TestStore(SqliteConnection connection, ServiceProvider services, RecordingCache cache, RecordedLogs logs) =>
        (_connection, _services, Cache, Logs) = (connection, services, cache, logs);

    public RecordingCache Cache { get; }

    public RecordedLogs Logs { get; }

    public IServiceProvider Services => _services;

    public SqliteConnection Connection => _connection;

    public static async Task<TestStore> OpenAsync(
        Action<CacheInvalidationMap>? map = null,
        Action<DbContextOptionsBuilder>? options = null,
        bool isPooled = false)
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var (cache, logs) = (new RecordingCache(), new RecordedLogs());
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFilter("DistributedCache", LogLevel.Trace).AddProvider(logs));
        services.AddSingleton<ITieredCache>(cache);
        services.AddTieredCache().AddEntityFrameworkInvalidation<StoreContext>(map ?? Map);
        if (isPooled) services.AddDbContextPool<StoreContext>(Configure, poolSize: 1);
        else services.AddDbContext<StoreContext>(Configure);
        var store = new TestStore(connection, services.BuildServiceProvider(), cache, logs);
        await using var context = store.Context();
        await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        Assert.Empty(cache.Take());
        return store;

        void Configure(DbContextOptionsBuilder builder)
        {
            builder.UseSqlite(connection).ConfigureWarnings(static warnings => warnings.Ignore(RelationalEventId.AmbientTransactionWarning));
            options?.Invoke(builder);
        }
    }

    public static void Map(CacheInvalidationMap map) => map
        .Entity<Product>(static product => $"product:{product.Id}", coarse: "products")
        .Entity<Category>(static category => [$"category:{category.Id}", $"category:{category.Name}"], coarse: "categories")
        .Entity<Label>(static label => $"label:{label.Id}");

    /// <summary>A context in a scope of its own, for the caller to dispose.</summary>
    public StoreContext Context() => _services.CreateScope().ServiceProvider.GetRequiredService<StoreContext>();

    /// <summary>Saves a product and forgets its invalidation.</summary>
    public async Task<Product> AddProductAsync(StoreContext context)
    {
        var product = new Product { Name = "Lamp", Price = 10 };
        context.Add(product);
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        Cache.Take();
        return product;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _connection.DisposeAsync();
    }
}

/// <summary>Writes down the tags it is told to invalidate.</summary>
internal sealed class RecordingCache : ITieredCache
{
    private readonly ConcurrentQueue<string> _tags = new();

    public Func<string, ValueTask<InvalidationResult>> Answer { get; set; } = static _ => new(new InvalidationResult(InvalidationStatus.Acknowledged));

    /// <summary>What was invalidated since the last call, in the order of the names, twice where it was twice.</summary>
    public string[] Take()
    {
        var taken = new List<string>();
        while (_tags.TryDequeue(out var tag)) taken.Add(tag);
        return [.. taken.Order(StringComparer.Ordinal)];
    }

    public async ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        var result = await Answer(tag);
        _tags.Enqueue(tag);
        return result;
    }

    public ValueTask<T> GetOrCreateAsync<TState, T>(string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> SetAsync<T>(string key, T value, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void RequireSourceVersion(long version) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetManyAsync<T>(IEnumerable<string> keys, TieredCacheEntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<TState, T>(IEnumerable<string> keys, TState state, Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> SetManyAsync<T>(IEnumerable<KeyValuePair<string, T>> values, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ITieredCache ForTenant(string tenant) => throw new NotSupportedException();

    public ICacheInvalidator ForApplication(string application) => throw new NotSupportedException();

    public ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>Keeps what this library logged.</summary>
internal sealed class RecordedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public string[] Of(int id) => [.. _lines.Where(line => line.Id == id).Select(static line => line.Text)];

    public ILogger CreateLogger(string categoryName) => new Logger(_lines);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<(int, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
