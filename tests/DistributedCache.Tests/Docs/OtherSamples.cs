using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Tests.Docs;

public class OtherSamples
{
    [Fact]
    public void Samples_OfProfilesAndSerialization_AreValid()
    {
        var builder = Host.CreateApplicationBuilder(Shop.Quiet);
        AddProfiles(builder);
        AddJson(builder.Services);
        using var host = builder.Build();

        Assert.NotNull(host.Services.GetRequiredService<ITieredCache>());
    }

    private static void AddProfiles(HostApplicationBuilder builder)
    {
        #region profiles
        builder.Services.AddTieredCache()
            .AddProfile("Default", p => p.StaleFor = TimeSpan.FromMinutes(10))
            .AddProfile("catalog", p => { p.Keys = ["product:", "category:"]; p.Duration = TimeSpan.FromHours(12); })
            .AddProfile("session", p => p.Keys = ["session:"]);
        #endregion
    }

    private static void AddJson(IServiceCollection services)
    {
        #region json
        services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>),
            new JsonSerializerOptions { TypeInfoResolver = ShopJsonContext.Default });
        #endregion
    }
}

[JsonSerializable(typeof(Product))]
internal sealed partial class ShopJsonContext : JsonSerializerContext;
