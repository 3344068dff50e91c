using System.Text.RegularExpressions;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

/// <summary>The page that clicks through the shop.</summary>
public sealed partial class PageTests
{
    [Fact]
    public async Task Script_WhenItAsks_LetsTheShopAnswerFromItsCache()
    {
        await using var store = new TestStore();
        var script = (await store.Visit().GetAsync("/app.js")).Text;

        Assert.Contains("fetch(", script);
        Assert.DoesNotMatch(PastCaches(), script);
    }

    // With these modes a browser sends no-cache of its own (Fetch, "HTTP-network-or-cache fetch"), and the shop loads anew.
    [GeneratedRegex("""cache:\s*["'](no-store|no-cache|reload)["']""")]
    private static partial Regex PastCaches();
}
