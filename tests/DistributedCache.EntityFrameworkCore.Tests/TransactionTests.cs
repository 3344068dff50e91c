using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DistributedCache.EntityFrameworkCore.Tests;

public class TransactionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_SeveralSaves_InvalidatesOnceAndNotBefore(bool isAsync)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        context.Add(new Product());
        await context.SaveChangesAsync(Token);
        context.Add(new Product());
        await context.SaveChangesAsync(Token);
        await context.Products.ExecuteUpdateAsync(static set => set.SetProperty(static product => product.Price, 3), Token);
        Assert.Empty(store.Cache.Take());

        if (isAsync) await transaction.CommitAsync(Token);
        else transaction.Commit();

        Assert.Equal(["product:1", "product:2", "products"], store.Cache.Take());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rollback_AfterSaveAndCommand_InvalidatesNothing(bool isAsync)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        var transaction = await context.Database.BeginTransactionAsync(Token);
        await using (transaction)
        {
            context.Add(new Product());
            await context.SaveChangesAsync(Token);
            await context.Database.ExecuteSqlAsync($"DELETE FROM Items", Token);
            if (isAsync) await transaction.RollbackAsync(Token);
            else transaction.Rollback();
        }

        Assert.Empty(store.Cache.Take());
    }

    [Fact]
    public async Task Dispose_WithoutCommit_LeavesNothingForTheNextTransaction()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await using (await context.Database.BeginTransactionAsync(Token))
        {
            context.Add(new Product());
            await context.SaveChangesAsync(Token);
        }

        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        context.Add(new Label());
        await context.SaveChangesAsync(Token);
        await transaction.CommitAsync(Token);

        Assert.Equal(["label:1"], store.Cache.Take());
    }

    [Fact]
    public async Task Commit_AfterRollbackToSavepoint_InvalidatesWhatWasBefore()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        context.Add(new Product());
        await context.SaveChangesAsync(Token);
        await transaction.CreateSavepointAsync("here", Token);
        context.Add(new Label());
        await context.SaveChangesAsync(Token);
        await transaction.RollbackToSavepointAsync("here", Token);
        Assert.Empty(store.Cache.Take());

        await transaction.CommitAsync(Token);

        // The label's too: an interceptor isn't told which savepoint it was, and one tag too many is harmless.
        Assert.Equal(["label:1", "product:1", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task Commit_TransactionSharedByTwoContexts_InvalidatesBothOnce()
    {
        await using var store = await TestStore.OpenAsync();
        await using var first = store.Context();
        await using var second = store.Context();
        await using var transaction = await first.Database.BeginTransactionAsync(Token);
        await second.Database.UseTransactionAsync(transaction.GetDbTransaction(), Token);
        first.Add(new Product());
        second.Add(new Label());
        await first.SaveChangesAsync(Token);
        await second.SaveChangesAsync(Token);
        Assert.Empty(store.Cache.Take());

        await transaction.CommitAsync(Token);

        Assert.Equal(["label:1", "product:1", "products"], store.Cache.Take());
        Assert.Empty(store.Logs.Of(1204));
    }

    [Fact]
    public async Task UseTransaction_OfAnotherOwner_InvalidatesAtTheSaveAndAtTheCommitAndWarnsOnce()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await using var owned = await store.Connection.BeginTransactionAsync(Token);
        await using var used = (await context.Database.UseTransactionAsync(owned, Token))!;
        context.Add(new Product());

        await context.SaveChangesAsync(Token);
        Assert.Equal(["product:1", "products"], store.Cache.Take());
        await used.CommitAsync(Token);

        Assert.Equal(["product:1", "products"], store.Cache.Take());
        Assert.Single(store.Logs.Of(1204));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TransactionScope_Disposed_InvalidatesOnlyIfComplete(bool isComplete)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            context.Add(new Product());
            await context.SaveChangesAsync(Token);
            context.Add(new Label());
            await context.SaveChangesAsync(Token);
            Assert.Empty(store.Cache.Take());
            if (isComplete) scope.Complete();
        }

        Assert.Equal(isComplete ? ["label:1", "product:1", "products"] : [], store.Cache.Take());
    }

    [Fact]
    public async Task Commit_AfterAFailedSave_InvalidatesWhatSucceeded()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await using var transaction = await context.Database.BeginTransactionAsync(Token);
        await context.AddAsync(new Product(), Token);
        await context.SaveChangesAsync(Token);
        context.AddRange(new Category { Name = "same" }, new Category { Name = "same" });
        await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync(Token));

        await transaction.CommitAsync(Token);

        Assert.Superset(new HashSet<string> { "product:1", "products" }, store.Cache.Take().ToHashSet());
    }
}
