using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Tests.Docs;

public class GettingStartedSamples
{
    [Fact]
    public async Task Catalogue_AfterAnEdit_AnswersTheNewName()
    {
        using var host = Build(Shop.Quiet);
        var (catalogue, data) = (host.Services.GetRequiredService<Catalogue>(), host.Services.GetRequiredService<ShopData>());
        var ct = TestContext.Current.CancellationToken;

        for (var i = 0; i < 3; i++) Assert.Equal("Product 7", (await catalogue.FindAsync(7, ct))?.Name);
        Assert.Equal(1, data.Readings);
        await using (var scope = host.Services.CreateAsyncScope())
            await new ProductEditor(scope.ServiceProvider.GetRequiredService<ShopContext>(), host.Services.GetRequiredService<ITieredCache>()).RenameAsync(7, "Lamp", ct);

        Assert.Equal("Lamp", (await catalogue.FindAsync(7, ct))?.Name);
    }

    [Fact]
    public async Task Entry_SecondCall_TellsWhereItCameFrom()
    {
        using var host = Build(Shop.Quiet);
        var cache = host.Services.GetRequiredService<ITieredCache>();
        var ct = TestContext.Current.CancellationToken;

        Assert.Contains("Source", await DescribeAsync(cache, 7, ct), StringComparison.Ordinal);
        Assert.Contains("Local", await DescribeAsync(cache, 7, ct), StringComparison.Ordinal);
    }

    [Fact]
    public void Profiles_Sample_IsValid()
    {
        var builder = Host.CreateApplicationBuilder(Shop.Quiet);
        AddProfiles(builder);
        using var host = builder.Build();

        Assert.NotNull(host.Services.GetRequiredService<ITieredCache>());
    }

    private static IHost Build(string[] args)
    {
        #region program
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSingleton<ShopData>().AddScoped<ShopContext>();
        builder.Services.AddTieredCache(o => o.Application = "shop");
        builder.Services.AddSingleton<Catalogue>();
        var host = builder.Build();
        #endregion
        return host;
    }

    private static void AddProfiles(HostApplicationBuilder builder)
    {
        #region profiles
        builder.Services.AddTieredCache(o => o.Application = "shop")
            .AddProfile("catalog", p => p.Keys = ["product:", "category:"])   // 4 hours, stale for 1 more: the preset of that name
            .AddProfile("api", p => p.Keys = ["rates:"])                      // 2 minutes, stale for 10 more
            .AddProfile("personal", p => { p.Keys = ["user:"]; p.Duration = TimeSpan.FromMinutes(1); });
        #endregion
    }

    private static async Task<string> DescribeAsync(ITieredCache cache, int id, CancellationToken cancellationToken)
    {
        #region entry
        var found = await cache.GetOrCreateEntryAsync(
            $"product:{id}",
            id,
            static (id, load, ct) => load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct),
            cancellationToken: cancellationToken);
        var text = $"from {found.Tier}, {found.Age} old, fresh for {found.TimeToLive}{(found.IsStale ? ", stale" : "")}: {found.Value?.Name}";
        #endregion
        return text;
    }
}

#region catalogue
internal sealed class Catalogue(ITieredCache cache)
{
    public ValueTask<Product?> FindAsync(int id, CancellationToken cancellationToken) =>
        cache.GetOrCreateAsync(
            $"product:{id}",
            id,
            static async (id, load, ct) =>
            {
                var product = await load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct);
                if (product is not null) load.Tags.Add($"category:{product.Category}");
                return product;
            },
            cancellationToken: cancellationToken);
}
#endregion

#region editor
internal sealed class ProductEditor(ShopContext shop, ITieredCache cache)
{
    public async Task RenameAsync(int id, string name, CancellationToken cancellationToken)
    {
        var product = await shop.RenameAsync(id, name, cancellationToken);

        // After the commit: a load that began before could still read the old row. And without the editor's token: what is
        // committed has to be told, even if the editor has left.
        await cache.RemoveAsync($"product:{id}", CancellationToken.None);
        await cache.RemoveByTagAsync($"category:{product.Category}", CancellationToken.None);
    }
}
#endregion
