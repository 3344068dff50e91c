using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.EntityFrameworkCore.Tests;

public class SaveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SaveChanges_AddedWithGeneratedKeys_InvalidatesTheirTagsOnce(bool isAsync)
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        context.AddRange(new Product { Name = "Lamp" }, new Product { Name = "Desk" });

        _ = isAsync ? await context.SaveChangesAsync(Token) : context.SaveChanges();

        Assert.Equal(["product:1", "product:2", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_NotAccepted_InvalidatesTheGeneratedKey()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        context.Add(new Product { Name = "Lamp" });

        await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, Token);

        Assert.Contains("product:1", store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_NothingChanged_InvalidatesNothing()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        await store.AddProductAsync(context);

        await context.SaveChangesAsync(Token);

        Assert.Empty(store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_TagOfAChangedValue_InvalidatesBothValues()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        var category = new Category { Name = "old" };
        context.Add(category);
        await context.SaveChangesAsync(Token);
        store.Cache.Take();

        category.Name = "new";
        await context.SaveChangesAsync(Token);

        Assert.Equal(["categories", "category:1", "category:new", "category:old"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_Deleted_InvalidatesItsTagsAndWhatTheDatabaseTakesAlong()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        var category = new Category { Name = "old" };
        context.Add(category);
        await context.SaveChangesAsync(Token);
        store.Cache.Take();

        context.Remove(category);
        await context.SaveChangesAsync(Token);

        Assert.Equal(["categories", "category:1", "category:old", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_OwnedChanged_InvalidatesTheOwner()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        var product = await store.AddProductAsync(context);

        product.Measures.Width = 7;
        await context.SaveChangesAsync(Token);

        Assert.Equal(["product:1", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_ManyToManyRowAddedAndRemoved_InvalidatesBothEnds()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        var product = await store.AddProductAsync(context);
        var label = new Label { Text = "new" };
        context.Add(label);
        await context.SaveChangesAsync(Token);
        store.Cache.Take();

        product.Labels.Add(label);
        await context.SaveChangesAsync(Token);
        Assert.Equal(["label:1", "product:1", "products"], store.Cache.Take());

        product.Labels.Clear();
        await context.SaveChangesAsync(Token);
        Assert.Equal(["label:1", "product:1", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_BaseTypeMapped_HoldsForDerivedTypes()
    {
        await using var store = await TestStore.OpenAsync(static map => map
            .Entity<Item>(static item => $"item:{item.Id}", coarse: "items")
            .Entity<Gift>(static gift => $"gift:{gift.Id}"));
        await using var context = store.Context();

        await store.AddProductAsync(context);
        context.Add(new Gift());
        await context.SaveChangesAsync(Token);

        Assert.Equal(["gift:2", "item:2", "items"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_Failed_InvalidatesNothing()
    {
        await using var store = await TestStore.OpenAsync();
        await using (var context = store.Context())
        {
            context.AddRange(new Category { Name = "same" }, new Category { Name = "same" });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync(Token));
        }

        await using (var context = store.Context())
        {
            context.Add(new Product());
            await context.SaveChangesAsync(Token);
        }

        Assert.Equal(["product:1", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_AnotherInterceptorFailsAfterTheCommit_InvalidatesAllTheSame()
    {
        await using var store = await TestStore.OpenAsync(options: static options => options.AddInterceptors(new FailsAfterSave()));
        await using var context = store.Context();
        context.AddRange(new Product(), new Product());

        await Assert.ThrowsAsync<NotSupportedException>(() => context.SaveChangesAsync(Token));

        Assert.Equal(2, await context.Products.CountAsync(Token));
        Assert.Equal(["product:1", "product:2", "products"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_PooledContext_KeepsNothingOfItsLastUse()
    {
        await using var store = await TestStore.OpenAsync(isPooled: true);
        StoreContext first;
        await using (var scope = store.Services.CreateAsyncScope())
        {
            var context = first = scope.ServiceProvider.GetRequiredService<StoreContext>();
            await context.Database.BeginTransactionAsync(Token);
            context.Add(new Product());
            await context.SaveChangesAsync(Token);
        }

        await using (var scope = store.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<StoreContext>();
            Assert.Same(first, context);
            await using var transaction = await context.Database.BeginTransactionAsync(Token);
            context.Add(new Category { Name = "only" });
            await context.SaveChangesAsync(Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(["categories", "category:1", "category:only"], store.Cache.Take());
    }

    [Fact]
    public async Task SaveChanges_TagFunctionFails_InvalidatesTheCoarseTagAndWarnsOnce()
    {
        await using var store = await TestStore.OpenAsync(static map => map.Entity<Product>(static product => product.Category!.Name, coarse: "products"));
        await using var context = store.Context();

        await store.AddProductAsync(context);
        context.Add(new Product());
        await context.SaveChangesAsync(Token);

        Assert.Equal(["products"], store.Cache.Take());
        Assert.Single(store.Logs.Of(1203));
    }

    [Fact]
    public async Task SaveChanges_InvalidationFails_SucceedsAndWarnsWithTheTags()
    {
        await using var store = await TestStore.OpenAsync();
        await using var context = store.Context();
        store.Cache.Answer = static tag => tag == "products" ? throw new InvalidOperationException("away") : new(new InvalidationResult(InvalidationStatus.Rejected));
        context.Add(new Product());

        Assert.True(await context.SaveChangesAsync(Token) > 0);

        Assert.Contains("product:1, products", Assert.Single(store.Logs.Of(1200)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaveChanges_SynchronousUnderASingleThreadedContext_DoesNotWaitForItself()
    {
        await using var store = await TestStore.OpenAsync();
        store.Cache.Answer = static async _ =>
        {
            await Task.Yield();
            return new InvalidationResult(InvalidationStatus.Acknowledged);
        };
        using var context = store.Context();
        context.Add(new Product());
        var earlier = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(new DeafContext());
            context.SaveChanges();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(earlier);
        }

        Assert.Equal(["product:1", "products"], store.Cache.Take());
    }

    private sealed class FailsAfterSave : SaveChangesInterceptor
    {
        public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }

    /// <summary>A context whose only thread is the one that waits: what is posted to it never runs.</summary>
    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
