namespace DistributedCache.Packaging.Tests;

/// <summary>The package in a new application: five lines, and a value is cached.</summary>
public class FirstUseTests(PackedFeed feed)
{
    private const string Program = """
        using DistributedCache;
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddTieredCache();
        var app = builder.Build();
        app.MapGet("/{id:int}", (int id, ITieredCache cache, CancellationToken ct) => cache.GetOrCreateAsync($"product:{id}", id, static (id, load, ct) => ValueTask.FromResult($"{id} loaded as {Guid.NewGuid()}"), cancellationToken: ct));
        app.Run();
        """;

    [Fact]
    public async Task NewApplication_AskedTwice_LoadsOnce()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        await using var application = new NewApplication();
        await application.CreateAsync(feed, ["DistributedCache"], Program);
        using var client = new HttpClient { BaseAddress = await application.StartAsync(limit.Token) };

        var first = await client.GetStringAsync("/7", limit.Token);
        var second = await client.GetStringAsync("/7", limit.Token);
        var other = await client.GetStringAsync("/8", limit.Token);

        Assert.StartsWith("7 loaded as ", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.StartsWith("8 loaded as ", other, StringComparison.Ordinal);
    }
}
