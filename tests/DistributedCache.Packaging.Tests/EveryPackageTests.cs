namespace DistributedCache.Packaging.Tests;

/// <summary>All packages in one new application, which works though none of their servers is there.</summary>
public class EveryPackageTests(PackedFeed feed)
{
    private const string Program = """
        using DistributedCache.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore;
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddTieredCache()
            .UseRedis("127.0.0.1:1")
            .AddTieredResponseCaching()
            .AddEntityFrameworkInvalidation<Shop>(map => map.Entity<Product>("products"));
        var app = builder.Build();
        app.UseTieredResponseCaching();
        app.MapGet("/", () => $"{Guid.NewGuid()}").CacheResponse("Default");
        app.Run();

        internal sealed class Product;

        internal sealed class Shop(DbContextOptions<Shop> options) : DbContext(options);
        """;

    [Fact]
    public async Task NewApplication_WithEveryPackageAndNoServer_CachesResponses()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        await using var application = new NewApplication();
        await application.CreateAsync(feed, Repository.Packed, Program);
        using var client = new HttpClient { BaseAddress = await application.StartAsync(limit.Token) };

        var first = await client.GetStringAsync("/", limit.Token);
        var second = await client.GetStringAsync("/", limit.Token);

        Assert.Equal(first, second);
    }
}
