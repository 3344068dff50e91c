using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class KestrelTests
{
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Store_OnARealPort_ServesPageProductsAndHealthOverPlainHttp(string environment)
    {
        await using var store = new TestStore(environment: environment);
        store.UseKestrel(port: 0);
        store.StartServer();
        var visitor = store.Visit();

        var page = await visitor.GetAsync("/");
        var first = await visitor.GetAsync("/products/1");
        var second = await visitor.GetAsync("/products/1");
        var health = await visitor.GetAsync("/health");

        Assert.Equal(Uri.UriSchemeHttp, store.ClientOptions.BaseAddress.Scheme);
        Assert.Contains("<title>Storefront</title>", page.Text);
        Assert.True(first.IsMiss, first.CacheStatus);
        Assert.True(second.IsHit, second.CacheStatus);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (health.Status, health.Text));
    }
}
