using System.Text.Json;
using Aot;
using DistributedCache;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection();
services.AddSingleton<BookShelf>();
// The options for every cached type; the key is HybridCache's.
services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), BookJson.Default.Options);
services.AddTieredCache(o => o.Application = "aot")
    .AddProfile("catalog", p => p.Keys = ["book:"])
    .AddProfile("session", p => p.Keys = ["session:"])
    .AddProfile("brief", p => p.Duration = TimeSpan.FromSeconds(10));

await using var provider = services.BuildServiceProvider();
var cache = provider.GetRequiredService<ITieredCache>();
var shelf = provider.GetRequiredService<BookShelf>();
var steps = new Steps();

var first = await FindAsync(7);
steps.Expect("a first read loads", CacheTier.Source, first.Tier);
steps.Expect("and answers", new Book(7, "Volume 7", 17), first.Value);
steps.Expect("a second read is a hit", CacheTier.Local, (await FindAsync(7)).Tier);
steps.Expect("after one load", 1, shelf.Loads);

steps.Expect("what is not there is null", null, (await FindAsync(0)).Value);
steps.Expect("and null is kept", CacheTier.Local, (await FindAsync(0)).Tier);

await FindAsync(8);
steps.Expect("a tag is invalidated", InvalidationStatus.LocalOnly, (await cache.RemoveByTagAsync("shelf:7")).Status);
steps.Expect("its entries are gone", CacheTier.Source, (await FindAsync(7)).Tier);
steps.Expect("others are not", CacheTier.Local, (await FindAsync(8)).Tier);

steps.Expect("a key is removed", InvalidationStatus.LocalOnly, (await cache.RemoveAsync("book:8")).Status);
steps.Expect("and loaded anew", CacheTier.Source, (await FindAsync(8)).Tier);

var set = await cache.SetAsync("book:9", new Book(9, "By hand", 1), new TieredCacheEntryOptions { Profile = "brief" });
steps.Expect("a value is set by a named profile", InvalidationStatus.LocalOnly, set.Status);
var brief = await cache.GetAsync<Book>("book:9");
steps.Expect("and found", "By hand", brief.Value?.Title);
steps.Expect("for that profile's time", true, brief.TimeToLive <= TimeSpan.FromSeconds(10));

await cache.SetAsync("session:ada", new Book(1, "Bookmarked", 0));
await cache.ClearAsync();
steps.Expect("a clear takes cached values", false, (await cache.GetAsync<Book>("book:7")).HasValue);
steps.Expect("and leaves primary ones", "Bookmarked", (await cache.GetAsync<Book>("session:ada")).Value?.Title);

return steps.ExitCode;

ValueTask<CacheLookup<Book?>> FindAsync(int id) => cache.GetOrCreateEntryAsync(
    $"book:{id}",
    id,
    static (id, load, ct) =>
    {
        load.Tags.Add($"shelf:{id}");
        return load.Services.GetRequiredService<BookShelf>().FindAsync(id, ct);
    });
