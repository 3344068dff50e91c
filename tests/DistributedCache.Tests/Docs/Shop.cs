using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Docs;

internal sealed record Product(int Id, string Name, int Category);

/// <summary>What is behind the cache in the samples: a table that counts its readings and can be away.</summary>
internal sealed class ShopData
{
    private int _readings;

    public int Readings => _readings;

    public bool IsAway { get; set; }

    public Dictionary<int, Product> Products { get; } =
        Enumerable.Range(1, 100).ToDictionary(static id => id, static id => new Product(id, $"Product {id}", id % 10));

    public void Read()
    {
        Interlocked.Increment(ref _readings);
        if (IsAway) throw new InvalidOperationException("The shop's database is away.");
    }
}

/// <summary>A scoped service, as a database context is.</summary>
internal sealed class ShopContext(ShopData data)
{
    public async ValueTask<Product?> FindProductAsync(int id, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        data.Read();
        return data.Products.GetValueOrDefault(id);
    }

    public async ValueTask<IReadOnlyList<Product>> FindProductsAsync(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        data.Read();
        return [.. ids.Where(data.Products.ContainsKey).Select(id => data.Products[id])];
    }

    public async Task<Product> RenameAsync(int id, string name, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return data.Products[id] = data.Products[id] with { Name = name };
    }
}

internal static class Shop
{
    /// <summary>Arguments of a host that logs nothing.</summary>
    public static readonly string[] Quiet = ["--Logging:LogLevel:Default=None"];

    public static TestCache Open(Action<TieredCacheOptions>? configure = null, InProcessRemote? remote = null, FakeTimeProvider? time = null) =>
        TestCache.Make(configure, remote, time, static services => services.AddSingleton<ShopData>().AddScoped<ShopContext>());

    public static ShopData Data(this TestCache cache) => cache.Services.GetRequiredService<ShopData>();
}
