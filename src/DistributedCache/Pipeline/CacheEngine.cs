namespace DistributedCache.Pipeline;

internal sealed class CacheEngine : IDisposable, IAsyncDisposable
{
    public TieredCache Default { get; } = new();

    public static CacheEngine Create(IServiceProvider services, string name) => new();

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
