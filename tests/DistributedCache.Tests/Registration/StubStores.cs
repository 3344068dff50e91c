using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Tests.Registration;

/// <summary>A store that somebody else registers.</summary>
public class StubDistributedCache : IDistributedCache
{
    /// <summary>A type with the name of the framework's store in memory, whose package is none of this project's.</summary>
    public static Type NamedAsTheFrameworksStore { get; } = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("Stores"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("Stores")
        .DefineType("Microsoft.Extensions.Caching.Distributed.MemoryDistributedCache", TypeAttributes.Public, typeof(StubDistributedCache))
        .CreateType();

    public byte[]? Get(string key) => null;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult<byte[]?>(null);

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => Task.CompletedTask;

    public void Refresh(string key)
    {
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key)
    {
    }

    public Task RemoveAsync(string key, CancellationToken token = default) => Task.CompletedTask;
}

public class StubHybridCache : HybridCache
{
    public override ValueTask<T> GetOrCreateAsync<TState, T>(string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        factory(state, cancellationToken);

    public override ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => default;

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => default;

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => default;
}
