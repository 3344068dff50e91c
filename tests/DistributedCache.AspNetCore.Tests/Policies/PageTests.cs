using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>What differs of Razor pages: their handlers are no endpoints, and a parameter of the query chooses among their handlers.</summary>
public class PageTests
{
    private static Task<App> Start(string root, Action<PageActionEndpointConventionBuilder>? configure = null) => App.StartAsync(
        app =>
        {
            var pages = app.MapRazorPages();
            configure?.Invoke(pages);
        },
        build: b => b.Services.AddRazorPages(o => o.RootDirectory = root).AddApplicationPart(typeof(PageTests).Assembly));

    [Theory]
    [InlineData("/Policies/PagesThatAreWrong")]
    [InlineData("/Policies/PagesOfWrongModels")]
    public async Task Start_TagTheRouteLacksOnAPageOrItsModel_FailsAndNamesThePage(string root)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(root));
        Assert.Contains("/Wrong", error.Message, StringComparison.Ordinal);
        Assert.Contains("'nr'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AttributeOnAPageHandler_FailsAndNamesThePage()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start("/Policies/PagesWithAttributesOnHandlers"));
        Assert.Contains("/Wrong", error.Message, StringComparison.Ordinal);
        Assert.Contains("'OnGet'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TagsFromThePagesResult_FailsAndNamesThePage()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Start("/Policies/PagesOfHandlers", static pages => pages.CacheResponse("catalog", static o => o.TagsFrom<object>(static _ => ["all"]))));
        Assert.Contains("TagsFrom", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OtherHandler_IsAnotherResponseWhateverTheQueryVariesBy()
    {
        await using var app = await Start("/Policies/PagesOfHandlers");
        Assert.Contains("export", (await app.GetAsync("/list?handler=export")).Body, StringComparison.Ordinal);
        Assert.Contains("list", (await app.GetAsync("/list")).Body, StringComparison.Ordinal);
        Assert.Contains("; hit", (await app.GetAsync("/list?utm=x")).CacheStatus, StringComparison.Ordinal);
    }
}

[CacheResponse("catalog", Tags = ["note:{nr}"])]
public sealed class WrongModel : PageModel;
