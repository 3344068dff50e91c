using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.EntityFrameworkCore.Tests;

public class RegistrationTests
{
    [Fact]
    public void Map_TypeTwice_IsRefusedByName()
    {
        var builder = new ServiceCollection().AddTieredCache().AddEntityFrameworkInvalidation<StoreContext>(static map => map.Entity<Product>("products"));

        var error = Assert.Throws<InvalidOperationException>(() =>
            builder.AddEntityFrameworkInvalidation<StoreContext>(static map => map.Entity<Product>("others")));

        Assert.Equal("Product is mapped already; one line gives all its tags.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Map_EmptyCoarseTag_IsRefused(string coarse)
    {
        var builder = new ServiceCollection().AddTieredCache();

        var error = Assert.Throws<ArgumentException>(() => builder.AddEntityFrameworkInvalidation<StoreContext>(map => map.Entity<Product>(coarse)));

        Assert.StartsWith("The coarse tag of Product is empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamedCache_OfTwo_IsInvalidatedByItsOwnMap()
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var (plain, named) = (new RecordingCache(), new RecordingCache());
        var services = new ServiceCollection().AddSingleton<ITieredCache>(plain).AddKeyedSingleton<ITieredCache>("named", named);
        services.AddDbContextFactory<StoreContext>(options => options.UseSqlite(connection));
        services.AddTieredCache().AddEntityFrameworkInvalidation<StoreContext>(static map => map.Entity<Product>("products"));
        services.AddTieredCache("named").AddEntityFrameworkInvalidation<StoreContext>(static map => map.Entity<Product>("others"));
        await using var provider = services.BuildServiceProvider();
        await using var context = await provider.GetRequiredService<IDbContextFactory<StoreContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        context.Add(new Product());
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);

        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["products"], plain.Take());
        Assert.Equal(["others"], named.Take());
    }
}
