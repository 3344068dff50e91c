using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Docs;

/// <summary>The code of docs/response-caching.md.</summary>
public class ResponseCachingSamples
{
    [Fact]
    public async Task Sample_OfThePage_Runs()
    {
        var builder = WebApplication.CreateSlimBuilder();
        #region register
        builder.Services.AddTieredCache()
            .AddProfile("catalog", p => p.Duration = TimeSpan.FromMinutes(10))
            .AddTieredResponseCaching();
        #endregion
        await using var app = builder.Build();
        #region use
        app.UseTieredResponseCaching();   // after UseAuthentication and UseAuthorization
        app.MapGet("/products/{id}", (int id) => $"product {id}")
            .CacheResponse("catalog", o => o.Tags = ["product:{id}", "products"]);
        #endregion
        Assert.NotEmpty(((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources.SelectMany(static s => s.Endpoints));
    }
}
