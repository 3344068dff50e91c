using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.EntityFrameworkCore.Tests.Docs;

public class CommitSamples
{
    [Fact]
    public async Task Rename_AfterItsCommit_IsReadByTheNextCall()
    {
        var connection = $"Data Source=file:{Guid.NewGuid():N}?mode=memory&cache=shared";
        await using var held = new SqliteConnection(connection);
        await held.OpenAsync(TestContext.Current.CancellationToken);
        var builder = Host.CreateApplicationBuilder(["--Logging:LogLevel:Default=None"]);
        Add(builder, connection);
        using var host = builder.Build();
        var cache = host.Services.GetRequiredService<ITieredCache>();
        var ct = TestContext.Current.CancellationToken;
        await using var scope = host.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<StoreContext>();
        await context.Database.EnsureCreatedAsync(ct);
        context.Add(new Product { Name = "Lamp" });
        await context.SaveChangesAsync(ct);
        Assert.Equal("Lamp", await FindAsync(cache, 1, ct));

        await RenameAsync(context, 1, "Desk", ct);
        Assert.Equal("Desk", await FindAsync(cache, 1, ct));

        await ReduceAsync(context, ct);
        await context.Products.ExecuteUpdateAsync(static set => set.SetProperty(static product => product.Name, "Sold"), ct);
        Assert.Equal("Sold", await FindAsync(cache, 1, ct));
    }

    private static void Add(HostApplicationBuilder builder, string connection)
    {
        #region register
        builder.Services.AddDbContext<StoreContext>(options => options.UseSqlite(connection));
        builder.Services.AddTieredCache()
            .AddEntityFrameworkInvalidation<StoreContext>(map => map
                .Entity<Product>(product => $"product:{product.Id}", coarse: "products")
                .Entity<Category>(category => [$"category:{category.Id}", $"category:{category.Name}"], coarse: "categories")
                .Entity<AuditLine>("audit"));
        #endregion
    }

    private static ValueTask<string?> FindAsync(ITieredCache cache, int id, CancellationToken ct)
    {
        #region read
        return cache.GetOrCreateAsync($"product-name:{id}", id, static async (id, load, ct) =>
        {
            load.Tags.Add("products");          // so that ExecuteUpdate and raw SQL reach it
            load.Tags.Add($"product:{id}");
            var store = load.Services.GetRequiredService<StoreContext>();
            return await store.Products.Where(product => product.Id == id).Select(product => product.Name).FirstOrDefaultAsync(ct);
        }, cancellationToken: ct);
        #endregion
    }

    private static async Task RenameAsync(StoreContext store, int id, string name, CancellationToken ct)
    {
        #region save
        var product = await store.Products.SingleAsync(product => product.Id == id, ct);
        product.Name = name;
        await store.SaveChangesAsync(ct);       // product:42 and products are invalidated when this returns
        #endregion
    }

    private static async Task ReduceAsync(StoreContext store, CancellationToken ct)
    {
        #region transaction
        await using var transaction = await store.Database.BeginTransactionAsync(ct);
        await store.Products.ExecuteUpdateAsync(set => set.SetProperty(product => product.Price, product => product.Price / 2), ct);
        await store.Database.ExecuteSqlAsync($"UPDATE Categories SET Name = upper(Name)", ct);
        await transaction.CommitAsync(ct);      // products and categories: here, once, and not before
        #endregion
    }
}
