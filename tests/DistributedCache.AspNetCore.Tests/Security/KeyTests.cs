using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Security;

/// <summary>Two requests have the same key only if nothing tells them apart, and no client makes a key long.</summary>
public class KeyTests
{
    private static readonly CacheResponsePolicy Policy = new PolicyReader(null, static _ => true).Read(
        new CacheResponseAttribute { VaryByHeader = ["X-One", "X-Two"], VaryByQuery = null }, []);

    private static KeyedRequest Request(string host, string path, string query, string? one, string? two)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "https";
        context.Request.Headers.Host = host;
        context.Request.Path = new PathString("/" + path);
        context.Request.QueryString = query.Length == 0 ? default : new QueryString("?" + query);
        if (one is not null) context.Request.Headers["X-One"] = one;
        if (two is not null) context.Request.Headers["X-Two"] = two;
        return new KeyedRequest(context, Policy, []);
    }

    [Property(MaxTest = 300)]
    public void Base_OfTwoRequests_IsTheSameOnlyIfTheyAre(string path, string query, string one, string two, bool moves)
    {
        (path, query) = ((path ?? "").Replace("\0", "", StringComparison.Ordinal), (query ?? "").Replace("\0", "", StringComparison.Ordinal));
        var key = RequestKeys.Base(Request("a.example", path, query, one, two));
        Assert.Equal(key, RequestKeys.Base(Request("A.EXAMPLE", path, query, one, two)));
        Assert.NotEqual(key, RequestKeys.Base(Request("b.example", path, query, one, two)));
        Assert.NotEqual(key, RequestKeys.Base(Request("a.example", path + "x", query, one, two)));
        Assert.NotEqual(key, RequestKeys.Base(Request("a.example", path, query + "x", one, two)));
        if (moves && Meaning(one) != Meaning(two)) Assert.NotEqual(key, RequestKeys.Base(Request("a.example", path, query, two, one)));
    }

    private static string? Meaning(string? value) => value is null ? null : SelectingFields.Normalize("x-one", value, ranksByWeightAlone: true);

    [Theory]
    [InlineData("a|b", "", "a", "b")]
    [InlineData("a", "|b", "a|", "b")]
    [InlineData("a:b", "", "a", ":b")]
    [InlineData("a", "=|-", "a|=", "-")]
    [InlineData("a|?b", "", "a", "b|")]
    public void Base_PartsThatLookLikeDividers_AreNotDivided(string path, string query, string otherPath, string otherQuery) =>
        Assert.NotEqual(RequestKeys.Base(Request("a.example", path, query, null, null)), RequestKeys.Base(Request("a.example", otherPath, otherQuery, null, null)));

    [Fact]
    public void Base_FieldThatIsMissingEmptyOrSaysSo_IsThreeKeys() => Assert.Equal(4, new HashSet<string>(
    [
        RequestKeys.Base(Request("a.example", "", "", null, null)),
        RequestKeys.Base(Request("a.example", "", "", "", null)),
        RequestKeys.Base(Request("a.example", "", "", "-", null)),
        RequestKeys.Base(Request("a.example", "", "", null, "")),
    ]).Count);

    [Fact]
    public void Base_OfAnyRequest_IsShortAndOnePrefixDeep()
    {
        foreach (var path in new[] { "a", new string('a', 10_000), "a:b:c", "\u0001", "ä" })
        {
            var key = RequestKeys.Base(Request("a.example", path, new string('q', path.Length), path, path));
            Assert.InRange(key.Length, 1, RequestKeys.MaximumLength);
            Assert.Equal((1, 0), (key.Count(static c => c == ':'), key.Count(char.IsControl)));
        }
    }

    [Fact]
    public void Variant_OfTheSameValuesUnderOtherNames_IsAnotherKey()
    {
        var request = Request("a.example", "", "", "1", "1");
        Assert.NotEqual(RequestKeys.Variant(request, ["x-one"]), RequestKeys.Variant(request, ["x-two"]));
        Assert.NotEqual(RequestKeys.Base(request), RequestKeys.Variant(request, ["x-one"]));
        Assert.NotEqual(RequestKeys.Base(request), RequestKeys.Base(request with { IsForPart = true }));
    }
}
