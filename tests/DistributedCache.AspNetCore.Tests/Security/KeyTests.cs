using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Security;

/// <summary>Two requests have the same key only if nothing tells them apart, and no client makes a key long.</summary>
public class KeyTests
{
    private static readonly CacheResponsePolicy Policy = new PolicyReader(null, static _ => true, asksForAuthorization: false).Read(
        new CacheResponseAttribute { VaryByHeader = ["X-One", "X-Two"], VaryByQuery = null }, []);

    private static readonly Gen<string?> Words = Gen.Frequency(
        (1, Gen.Constant<string?>(null)),
        (2, Gen.Elements("a", "|", "-", "=", "?", "\0", "\0\0", "\u0002\0", "X-Two").ArrayOf().Select(static words => (string?)string.Concat(words.Take(4)))));

    private static KeyedRequest Request(string host, string path, string query, string? one, string? two)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "https";
        context.Request.Headers.Host = host;
        context.Request.Path = new PathString("/" + path);
        context.Request.QueryString = query.Length == 0 ? default : new QueryString("?" + query);
        if (one is not null) context.Request.Headers["X-One"] = one;
        if (two is not null) context.Request.Headers["X-Two"] = two;
        return new KeyedRequest(context, Policy, [], []);
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

    /// <summary>So many requests of so few words, those among them that divide parts or stand for a length, that a part meets another's border.</summary>
    [Property(MaxTest = 50)]
    public Property Base_OfManyRequests_IsAnotherForEach() => Prop.ForAll(Words.Four().ArrayOf(1_000).ToArbitrary(), static drawn =>
    {
        var requests = drawn.Select(static parts => (Path: parts.Item1 ?? "", Query: parts.Item2 ?? "", One: parts.Item3, Two: parts.Item4)).Distinct().ToArray();

        // Of the first host, many keys are the parts as they are; of the other, all are hashes.
        string[] keys =
        [
            .. new[] { "a.example", "\u00e4.example" }.SelectMany(host => requests.Select(parts => RequestKeys.Base(Request(host, parts.Path, parts.Query, parts.One, parts.Two)))),
        ];
        Assert.InRange(keys.Count(static key => key.StartsWith("http:#", StringComparison.Ordinal)), requests.Length + 1, keys.Length - 1);
        Assert.Equal(keys.Length, keys.Distinct().Count());
    });

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
    public void Base_OfAnotherSchemeOrPathBase_IsAnotherKey()
    {
        var request = Request("a.example", "a", "", null, null);
        var key = RequestKeys.Base(request);
        request.Context.Request.Scheme = "http";
        Assert.NotEqual(key, RequestKeys.Base(request));
        request.Context.Request.Scheme = "https";
        request.Context.Request.PathBase = "/b";
        Assert.NotEqual(key, RequestKeys.Base(request));
    }

    [Fact]
    public void Base_FieldsOfOtherNames_IsAnotherKey()
    {
        static string KeyBy(Action<CacheResponseAttribute> configure)
        {
            var attribute = new CacheResponseAttribute();
            configure(attribute);
            var request = Request("a.example", "a", "one=1&two=1", "1", "1");
            return RequestKeys.Base(request with { Policy = new PolicyReader(null, static _ => true, asksForAuthorization: false).Read(attribute, []) });
        }

        Assert.NotEqual(KeyBy(static o => o.VaryByHeader = ["X-One"]), KeyBy(static o => o.VaryByHeader = ["X-Two"]));
        Assert.NotEqual(KeyBy(static o => o.VaryByQuery = ["one"]), KeyBy(static o => o.VaryByQuery = ["two"]));
    }

    [Theory]
    [InlineData("a=1&a=b", "a=1&b=b")]
    [InlineData("a=1&a=1", "a=1")]
    [InlineData("a=&a=", "a=")]
    [InlineData("a=", "b=")]
    public void Base_ParametersThatMakeOtherLists_IsAnotherKey(string query, string other)
    {
        var policy = new PolicyReader(null, static _ => true, asksForAuthorization: false).Read(new CacheResponseAttribute { VaryByQuery = ["a", "b"] }, []);
        Assert.NotEqual(
            RequestKeys.Base(Request("a.example", "", query, null, null) with { Policy = policy }), RequestKeys.Base(Request("a.example", "", other, null, null) with { Policy = policy }));
    }

    [Fact]
    public void Base_ValuesOfCodeThatAreMissingOrEmpty_IsAnotherKeyForEach()
    {
        var request = Request("a.example", "", "", null, null);
        string?[][] values = [[], [null], [""], [null, ""], ["", null], ["", ""], ["-"], ["=", ""]];
        Assert.Equal(values.Length, values.Select(each => RequestKeys.Base(request with { Values = each })).Distinct().Count());
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("", "x")]
    public void Base_OfRequestsWithALongQuery_IsAnotherForEachPath(string path, string other)
    {
        var query = new string('q', 5_000);
        Assert.NotEqual(RequestKeys.Base(Request("a.example", path, query, null, null)), RequestKeys.Base(Request("a.example", other, query, null, null)));
    }

    [Fact]
    public void Base_OfLongRequestsThatDifferAtTheirBeginning_IsAnotherForEach()
    {
        var rest = new string('a', 5_000);
        Assert.NotEqual(RequestKeys.Base(Request("a.example", "a" + rest, "", null, null)), RequestKeys.Base(Request("a.example", "b" + rest, "", null, null)));
    }

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
        Assert.NotEqual(RequestKeys.Base(request with { Values = [null, null] }), RequestKeys.Variant(request, ["-"]));
        Assert.NotEqual(RequestKeys.Base(request), RequestKeys.Base(request with { IsForPart = true }));
    }
}
