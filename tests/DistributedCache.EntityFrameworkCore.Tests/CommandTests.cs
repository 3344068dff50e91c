using DistributedCache.EntityFrameworkCore.Commands;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DistributedCache.EntityFrameworkCore.Tests;

public class CommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE Items SET Price = 1", "Items")]
    [InlineData("UPDATE \"Items\" AS \"p\" SET \"Price\" = 1", "Items")]
    [InlineData("UPDATE [p] SET [p].[Price] = 1 FROM [dbo].[Items] AS [p]", "dbo.Items")]
    [InlineData("DELETE FROM [p] FROM [Items] AS [p] WHERE [p].[Id] = 1", "Items")]
    [InlineData("DELETE `p` FROM `Items` AS `p`", "Items")]
    [InlineData("UPDATE TOP (5) Items SET Price = 1", "Items")]
    [InlineData("UPDATE ONLY public.items SET price = 1", "public.items")]
    [InlineData("insert into shop.dbo.Items (Id) values (1)", "dbo.Items")]
    [InlineData("INSERT OR REPLACE INTO Items (Id) VALUES (1)", "Items")]
    [InlineData("INSERT Items VALUES (1) ON CONFLICT (Id) DO UPDATE SET Price = 1", "Items")]
    [InlineData("INSERT INTO Items VALUES (1) ON DUPLICATE KEY UPDATE Price = 1", "Items")]
    [InlineData("REPLACE INTO Items VALUES (1)", "Items")]
    [InlineData("MERGE INTO Items AS t USING News AS n ON t.Id = n.Id WHEN MATCHED THEN UPDATE SET Price = 1 WHEN NOT MATCHED BY SOURCE THEN DELETE", "Items")]
    [InlineData("TRUNCATE TABLE Items, Audit", "Items,Audit")]
    [InlineData("DELETE FROM Items; UPDATE Audit SET Text = 'DELETE FROM Labels'", "Items,Audit")]
    [InlineData("-- DELETE FROM Labels\n/* UPDATE Labels */ DELETE FROM Items", "Items")]
    [InlineData("WITH old AS (SELECT Id FROM Labels) DELETE FROM Items WHERE Id IN (SELECT Id FROM old)", "Items")]
    [InlineData("SELECT REPLACE(Name, 'a', 'b') FROM Items FOR UPDATE", "")]
    [InlineData("CREATE TABLE Items (Id INT REFERENCES Labels ON DELETE CASCADE ON UPDATE CASCADE)", "")]
    [InlineData("GRANT SELECT, UPDATE ON Items TO shop", "")]
    [InlineData("UPDATE \"It\"\"ems\" SET Price = 1", "It\"ems")]
    public void Find_Text_TellsTheTablesWrittenTo(string sql, string tables)
    {
        Assert.Equal(tables, string.Join(',', SqlTargets.Find(sql, out var unknown)));
        Assert.Null(unknown);
    }

    [Theory]
    [InlineData("EXEC RebuildPrices 7", "EXEC RebuildPrices")]
    [InlineData("CALL rebuild()", "CALL rebuild")]
    public void Find_Procedure_IsUnknown(string sql, string beginning)
    {
        Assert.Empty(SqlTargets.Find(sql, out var unknown));
        Assert.Equal(beginning, unknown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExecuteUpdateAndDelete_RowsChanged_InvalidateTheCoarseTag(bool isAsync)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await store.AddProductAsync(context);

        if (isAsync) await context.Products.ExecuteUpdateAsync(static set => set.SetProperty(static product => product.Price, 3), Token);
        else context.Products.ExecuteUpdate(static set => set.SetProperty(static product => product.Price, 3));
        Assert.Equal(["products"], store.Cache.Take());

        if (isAsync) await context.Products.ExecuteDeleteAsync(Token);
        else context.Products.ExecuteDelete();
        Assert.Equal(["products"], store.Cache.Take());
    }

    [Fact]
    public async Task ExecuteUpdate_NoRow_InvalidatesNothing()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();

        await context.Products.ExecuteUpdateAsync(static set => set.SetProperty(static product => product.Price, 3), Token);

        Assert.Empty(store.Cache.Take());
    }

    [Fact]
    public async Task ExecuteDelete_TableOthersHangOn_InvalidatesTheirsToo()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        context.Add(new Category { Name = "old" });
        await context.SaveChangesAsync(Token);
        store.Cache.Take();

        await context.Categories.ExecuteDeleteAsync(Token);

        Assert.Equal(["categories", "products"], store.Cache.Take());
    }

    [Theory]
    [InlineData("INSERT INTO Items (Name, Discriminator) VALUES ('Lamp', 'Gift')")]
    [InlineData("update \"main\".\"items\" set Name = ''")]
    [InlineData("INSERT INTO LabelProduct (LabelsId, ProductsId) SELECT 1, 1 WHERE 0")]
    public async Task ExecuteSql_MappedTable_InvalidatesTheCoarseTag(string sql)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();

        await context.Database.ExecuteSqlRawAsync(sql, Token);
        context.Database.ExecuteSqlRaw(sql);

        Assert.Equal(["products", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task FromSql_ThatWrites_InvalidatesTheCoarseTag()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await store.AddProductAsync(context);

        await context.Database.SqlQuery<int>($"UPDATE Items SET Price = 4 RETURNING Id AS Value").ToListAsync(Token);

        Assert.Equal(["products"], store.Cache.Take());
    }

    [Fact]
    public async Task ExecuteSql_TableNotMapped_WarnsOnce()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();

        await context.Database.ExecuteSqlAsync($"DELETE FROM Audit", Token);
        await context.Database.ExecuteSqlAsync($"DELETE FROM AUDIT", Token);
        context.Add(new AuditLine());
        await context.SaveChangesAsync(Token);
        await context.Audit.ExecuteDeleteAsync(Token);

        Assert.Empty(store.Cache.Take());
        Assert.Contains("'Audit'", Assert.Single(store.Logs.Of(1201)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExecuteSql_Failed_InvalidatesNothing()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();

        await Assert.ThrowsAsync<SqliteException>(() => context.Database.ExecuteSqlAsync($"UPDATE Items SET Missing = 1", Token));

        Assert.Empty(store.Cache.Take());
    }
}
