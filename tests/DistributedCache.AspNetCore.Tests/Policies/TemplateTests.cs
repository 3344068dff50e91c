using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>Tags and what tells responses apart, with parts of the request in braces; and what is wrong in them at the start.</summary>
public class TemplateTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    private Task<App> Start(Action<CacheResponseAttribute> configure, string? profile = "catalog") => App.StartAsync(
        app =>
        {
            app.MapGroup("/shops/{shop}").CacheResponse(profile, configure).MapGet("/items/{id}", (string id) => $"{id}:{Next()}");
        },
        before: static app => app.Use(static (context, next) =>
        {
            if (context.Request.Headers["X-Tenant"].ToString() is { Length: > 0 } tenant) context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("tenant", tenant)], "cookie"));
            return next(context);
        }));

    [Theory]
    [InlineData("{shop}:{id}", "north:1")]
    [InlineData("page:{query.page}", "page:2")]
    [InlineData("device:{header.X-Device}", "device:phone")]
    [InlineData("tenant:{claim.tenant}", "tenant:acme")]
    public async Task Tag_OfTheRequest_InvalidatesItsResponse(string template, string tag)
    {
        await using var app = await Start(o => (o.Tags, o.SharedAcrossUsers) = ([template], true));
        (string, string)[] headers = [("X-Device", "phone"), ("X-Tenant", "acme")];
        Assert.Equal("1:1", (await app.GetAsync("/shops/north/items/1?page=2", headers)).Body);
        Assert.Equal("1:1", (await app.GetAsync("/shops/north/items/1?page=2", headers)).Body);

        await app.Cache.RemoveByTagAsync(tag, TestContext.Current.CancellationToken);

        Assert.Equal("1:2", (await app.GetAsync("/shops/north/items/1?page=2", headers)).Body);
    }

    [Theory]
    [InlineData("{query.sort}", "?sort=a", "?sort=b", "")]
    [InlineData("{claim.tenant}", "?x", "?x", "X-Tenant")]
    [InlineData("{header.X-Device}", "?x", "?x", "X-Device")]
    public async Task VaryByValue_Template_KeepsResponsesApart(string template, string first, string second, string header)
    {
        await using var app = await Start(o => (o.VaryByValue, o.VaryByQuery, o.SharedAcrossUsers) = ([template], [], true));
        Task<Answer> Get(string query, string value) => app.GetAsync("/shops/north/items/1" + query, header.Length > 0 ? [(header, value)] : []);
        Assert.Equal("1:1", (await Get(first, "a")).Body);
        Assert.Equal("1:2", (await Get(second, "b")).Body);
        Assert.Equal("1:1", (await Get(first, "a")).Body);
    }

    [Fact]
    public async Task Start_VaryByValueTheRouteLacks_FailsAndNamesTheEndpoint()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(static o => o.VaryByValue = ["{nr}"]));
        Assert.Equal("The endpoint 'HTTP: GET /shops/{shop}/items/{id}' has the value to vary by '{nr}', and its route '/shops/{shop}/items/{id}' has no value 'nr'.", error.Message);
    }

    [Fact]
    public async Task Start_UnknownProfile_FailsAndNamesTheEndpoint()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(static _ => { }, "catalogue"));
        Assert.Equal("The endpoint 'HTTP: GET /shops/{shop}/items/{id}' names the profile 'catalogue', which the cache has not: add it by AddProfile, or name another.", error.Message);
    }

    public static TheoryData<string, Action<CacheResponseAttribute>> Contradictions => new()
    {
        { "VaryByUser", static o => o.VaryByUser = true },
        { "a claim in VaryByValue", static o => o.VaryByValue = ["{claim.tenant}"] },
        { "VaryBy", static o => o.VaryBy(static _ => "x") },
    };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public async Task Start_PersonalResponsesAtTheEdge_FailsAndNamesBoth(string named, Action<CacheResponseAttribute> configure)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(o =>
        {
            o.EdgeDuration = 300;
            configure(o);
        }));
        Assert.StartsWith($"The endpoint 'HTTP: GET /shops/{{shop}}/items/{{id}}' has an EdgeDuration of 300 s and {named}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MaxValue)]
    public async Task Start_DurationOutOfRange_FailsAndNamesValueAndLimit(int seconds)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(o => o.EdgeDuration = seconds));
        Assert.Contains($"has a EdgeDuration of {seconds} s; it must be from 0 to 2592000, or -1", error.Message, StringComparison.Ordinal);
    }
}
