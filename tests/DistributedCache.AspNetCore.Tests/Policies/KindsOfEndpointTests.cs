using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>Controllers, actions and pages are cached by the same attribute as what is mapped in code.</summary>
public class KindsOfEndpointTests
{
    private static Task<App> Start(params Type[] controllers) => Start(null, controllers);

    private static Task<App> Start(Action<ControllerActionEndpointConventionBuilder>? configure, params Type[] controllers) => App.StartAsync(
        app =>
        {
            var actions = app.MapControllers();
            configure?.Invoke(actions);
        },
        build: b => b.Services.AddControllers().ConfigureApplicationPartManager(parts =>
        {
            parts.FeatureProviders.Clear();
            parts.FeatureProviders.Add(new Only(controllers));
        }));

    [Fact]
    public async Task Controller_Attribute_HoldsForItsActions()
    {
        await using var app = await Start(typeof(BooksController));
        var first = await app.GetAsync("/books/1");
        Assert.Equal("cache; fwd=uri-miss; stored", first.CacheStatus);
        Assert.Equal(first.Body, (await app.GetAsync("/books/1")).Body);
        await app.Cache.RemoveByTagAsync("book:1", TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Body, (await app.GetAsync("/books/1")).Body);
    }

    [Fact]
    public async Task Action_OwnAttribute_ReplacesTheControllers()
    {
        await using var app = await Start(typeof(BooksController));
        Assert.Equal("cache; fwd=uri-miss; stored", (await app.GetAsync("/books/new")).CacheStatus);
        Assert.Equal("cache; hit; ttl=5; detail=L1", (await app.GetAsync("/books/new")).CacheStatus);
    }

    [Fact]
    public async Task Action_PolicyAttribute_IsHeard()
    {
        await using var app = await Start(typeof(BooksController));
        Assert.Equal("cache; fwd=bypass; detail=\"policy\"", (await app.GetAsync("/books/loans")).CacheStatus);
    }

    [Theory]
    [InlineData("/loans/1")]
    [InlineData("/loans/1/ok")]
    [InlineData("/loans/1/typed")]
    public async Task TagsFrom_WhatAnActionReturns_InvalidatesTheResponse(string path)
    {
        await using var app = await Start(static actions => actions.CacheResponse("catalog", static o => o.TagsFrom<Loan>(static loan => [$"loan:{loan.Id}"])), typeof(LoansController));
        var first = await app.GetAsync(path);
        Assert.Equal(first.Body, (await app.GetAsync(path)).Body);
        await app.Cache.RemoveByTagAsync("loan:1", TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Body, (await app.GetAsync(path)).Body);
    }

    [Theory]
    [InlineData("/shop/all", "shop:shop")]
    [InlineData("/shop/inner/all", "inner:shop")]
    [InlineData("/shop/inner/7", "item:7:shop")]
    public async Task Group_NestedAttributes_TheInnermostHoldsWithTheValuesOfAllGroups(string path, string tag)
    {
        var runs = 0;
        await using var app = await App.StartAsync(app =>
        {
            string Next() => (++runs).ToString(CultureInfo.InvariantCulture);
            var outer = app.MapGroup("/{shop}").CacheResponse("catalog", static o => o.Tags = ["shop:{shop}"]);
            var inner = outer.MapGroup("/inner").CacheResponse("catalog", static o => o.Tags = ["inner:{shop}"]);
            outer.MapGet("/all", Next);
            inner.MapGet("/all", Next);
            inner.MapGet("/{id:int}", Next).CacheResponse("catalog", static o => o.Tags = ["item:{id}:{shop}"]);
        });
        await app.GetAsync(path);
        foreach (var other in new[] { "shop:shop", "inner:shop", "item:7:shop" }.Where(other => other != tag)) await app.Cache.RemoveByTagAsync(other, TestContext.Current.CancellationToken);
        Assert.Equal("1", (await app.GetAsync(path)).Body);
        await app.Cache.RemoveByTagAsync(tag, TestContext.Current.CancellationToken);
        Assert.Equal("2", (await app.GetAsync(path)).Body);
    }

    [Fact]
    public async Task Start_ActionTagTheRouteLacks_FailsAndNamesTheAction()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(typeof(WrongController)));
        Assert.Contains("WrongController.Get", error.Message, StringComparison.Ordinal);
        Assert.Contains("'{isbn}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Attribute_CachesItsAnswers()
    {
        await using var app = await App.StartAsync(
            static app => app.MapRazorPages(),
            build: static b => b.Services.AddRazorPages(static o => o.RootDirectory = "/Policies/Pages").AddApplicationPart(typeof(KindsOfEndpointTests).Assembly));
        var first = await app.GetAsync("/notes/3");
        Assert.Equal((200, "cache; fwd=uri-miss; stored"), (first.Status, first.CacheStatus));
        Assert.Equal(first.Body, (await app.GetAsync("/notes/3")).Body);
        await app.Cache.RemoveByTagAsync("note:3", TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Body, (await app.GetAsync("/notes/3")).Body);
    }

    private sealed class Only(Type[] controllers) : IApplicationFeatureProvider<Microsoft.AspNetCore.Mvc.Controllers.ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, Microsoft.AspNetCore.Mvc.Controllers.ControllerFeature feature)
        {
            foreach (var controller in controllers) feature.Controllers.Add(System.Reflection.IntrospectionExtensions.GetTypeInfo(controller));
        }
    }
}

[ApiController]
[Route("books")]
[CacheResponse("catalog", Tags = ["book:{id}"])]
public sealed class BooksController : ControllerBase
{
    private static int _runs;

    [HttpGet("{id:int}")]
    public string Get(int id) => $"{id}:{Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture)}";

    [HttpGet("new")]
    [CacheResponse(Duration = 5)]
    public string New() => "new";

    [HttpGet("loans")]
    [CacheResponse("catalog")]
    [Never]
    public string Loans() => "loans";
}

public sealed record Loan(int Id, int Run);

[ApiController]
[Route("loans/{id:int}")]
public sealed class LoansController : ControllerBase
{
    private static int _runs;

    [HttpGet]
    public Loan Get(int id) => new(id, Interlocked.Increment(ref _runs));

    [HttpGet("ok")]
    public IActionResult GetOk(int id) => Ok(Get(id));

    [HttpGet("typed")]
    public ActionResult<Loan> GetTyped(int id) => Get(id);
}

[ApiController]
[Route("wrong")]
public sealed class WrongController : ControllerBase
{
    [HttpGet("{id:int}")]
    [CacheResponse("catalog", Tags = ["{isbn}"])]
    public string Get(int id) => $"{id}";
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeverAttribute : Attribute, ICacheResponsePolicy
{
    public ValueTask BeforeLookupAsync(CacheResponseLookup lookup, CancellationToken cancellationToken)
    {
        lookup.Bypass();
        return ValueTask.CompletedTask;
    }
}
