using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Tests.Docs;

public class ExpirySamples
{
    private static readonly TieredCacheEntryOptions Briefly = new() { Duration = TimeSpan.FromSeconds(10) };

    [Fact]
    public void Profiles_Sample_IsValid()
    {
        var builder = Host.CreateApplicationBuilder(Shop.Quiet);
        AddProfiles(builder);
        using var host = builder.Build();

        Assert.NotNull(host.Services.GetRequiredService<ITieredCache>());
    }

    [Fact]
    public async Task Duration_OfTheCallAndOfTheLoad_Holds()
    {
        await using var node = Shop.Open();
        var ct = TestContext.Current.CancellationToken;

        await LoadAsync(node.Cache, ct);
        Assert.Equal(TimeSpan.FromSeconds(10), (await node.Cache.GetAsync<string>("weather", cancellationToken: ct)).TimeToLive);
        Assert.Equal(TimeSpan.FromMinutes(20), (await node.Cache.GetAsync<string>("bearer", cancellationToken: ct)).TimeToLive);
    }

    [Fact]
    public async Task NotModified_StaleValue_IsKept()
    {
        await using var node = Shop.Open(o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        var source = new TaggedSource();
        var ct = TestContext.Current.CancellationToken;

        var first = await PageAsync(node.Cache, source, ct);
        node.Time.Advance(TimeSpan.FromMinutes(6));
        var second = await PageAsync(node.Cache, source, ct);

        Assert.Same(first, second);
        Assert.Equal((1, 2), (source.Bodies, source.Requests));
    }

    private static void AddProfiles(HostApplicationBuilder builder)
    {
        #region profiles
        builder.Services.AddTieredCache()
            .AddProfile("articles", p =>
            {
                p.Keys = ["article:"];
                p.Duration = TimeSpan.FromMinutes(30);
                p.StaleFor = TimeSpan.FromHours(2);        // a fallback for that long after
                p.EarlyRefresh = 1;                        // refreshed behind a hit, shortly before the end
                p.Jitter = 0.2;                            // 24 to 30 minutes
                p.NullDuration = TimeSpan.FromSeconds(10); // "there is no such article"
            })
            .AddProfile("drafts", p =>
            {
                p.Keys = ["draft:"];
                p.Sliding = TimeSpan.FromMinutes(15);      // as long as it is read
                p.Duration = TimeSpan.FromHours(8);        // and no longer than that
            });
        #endregion
    }

    private static async Task LoadAsync(ITieredCache cache, CancellationToken ct)
    {
        #region call
        // private static readonly TieredCacheEntryOptions Briefly = new() { Duration = TimeSpan.FromSeconds(10) };
        var weather = await cache.GetOrCreateAsync("weather", (load, ct) => ValueTask.FromResult("rain"), Briefly, cancellationToken: ct);

        var bearer = await cache.GetOrCreateAsync("bearer", (load, ct) =>
        {
            load.Duration = TimeSpan.FromMinutes(20);              // what the issuer said
            return ValueTask.FromResult("token");
        }, cancellationToken: ct);
        #endregion
        Assert.Equal("rain token", $"{weather} {bearer}");
    }

    private static async Task<string> PageAsync(ITieredCache cache, TaggedSource source, CancellationToken ct)
    {
        #region validator
        var page = await cache.GetOrCreateAsync("page", async (load, ct) =>
        {
            var answer = await source.GetAsync(ifNoneMatch: load.HasStale ? load.Validator : null, ct);
            if (answer.IsNotModified) return load.NotModified<string>();
            load.Validator = answer.ETag;
            return answer.Body;
        }, cancellationToken: ct);
        #endregion
        return page;
    }

    private sealed record Answer(string ETag, string Body, bool IsNotModified);

    private sealed class TaggedSource
    {
        public int Requests { get; private set; }

        public int Bodies { get; private set; }

        public async Task<Answer> GetAsync(string? ifNoneMatch, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Requests++;
            if (ifNoneMatch == "\"1\"") return new Answer("\"1\"", "", IsNotModified: true);
            Bodies++;
            return new Answer("\"1\"", string.Concat("the ", "page"), IsNotModified: false);
        }
    }
}
