using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Storefront.Data;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class SharedStoreTests
{
    [Fact]
    public async Task TwoInstances_StartedAtOnceOnNoFile_SeedItOnce()
    {
        using var file = new StoreFile();
        var startingLine = new StartingLine(stores: 2);
        await using var first = new TestStore(file, startingLine: startingLine);
        await using var second = new TestStore(file, startingLine: startingLine);

        var visitors = await Task.WhenAll(Task.Run(first.Visit), Task.Run(second.Visit));

        foreach (var visitor in visitors) Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/products/10000")).Status);
        await using var scope = first.Services.CreateAsyncScope();
        var shop = scope.ServiceProvider.GetRequiredService<ShopContext>();
        Assert.Equal(10_000, await shop.Products.CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(50, await shop.Categories.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Edit_OnOneInstance_IsKeptForTheNextThatStarts()
    {
        using var file = new StoreFile();
        await using (var first = new TestStore(file)) await first.Visit().PutAsync("/products/1", new { name = "Kept", price = 3 });

        await using var second = new TestStore(file);

        Assert.Equal("Kept", (await second.Visit().GetAsync("/products/1")).Name);
    }
}
