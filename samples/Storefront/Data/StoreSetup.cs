using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Storefront.Data;

/// <summary>Creates and seeds the database where it is missing, before the first request is taken.</summary>
internal sealed partial class StoreSetup(IServiceScopeFactory scopes, TimeProvider time, ILogger<StoreSetup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var shop = scope.ServiceProvider.GetRequiredService<ShopContext>();
        // Readers go on while somebody writes; kept in the file, so it holds for every instance that opens it.
        await shop.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
        // A transaction begins with the write lock. Of the instances that start at once one takes it, the others wait here,
        // and then find the tables: tables and rows come with one commit, so there are none without the other.
        await using var transaction = await shop.Database.BeginTransactionAsync(cancellationToken);
        var creator = shop.GetService<IRelationalDatabaseCreator>();
        if (await creator.HasTablesAsync(cancellationToken)) return;

        var began = time.GetTimestamp();
        await creator.CreateTablesAsync(cancellationToken);
        shop.AddRange(SeedData.Categories);
        shop.AddRange(SeedData.Users);
        var rows = await shop.SaveChangesAsync(cancellationToken) + await InsertProductsAsync(shop, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogSeeded(rows, shop.Database.GetDbConnection().DataSource, time.GetElapsedTime(began).TotalMilliseconds);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>In one statement: as many tracked entities and commands would take seconds.</summary>
    private static Task<int> InsertProductsAsync(ShopContext shop, CancellationToken cancellationToken)
    {
        var products = JsonSerializer.Serialize(SeedData.Products.Select(row => new { row.Id, row.Name, Cents = (long)(row.Price * 100), row.CategoryId }));
        return shop.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO Products (Id, Name, Price, CategoryId)
            SELECT value ->> 'Id', value ->> 'Name', value ->> 'Cents', value ->> 'CategoryId' FROM json_each({products})
            """,
            cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Seeded {Rows} rows into {Database} in {Milliseconds:F0} ms")]
    private partial void LogSeeded(int rows, string database, double milliseconds);
}
