using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.AspNetCore.Edge.Varnish;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Edge;

public class EdgeHeadersTests
{
    private static readonly EdgeLifetime Lifetime = new(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    private readonly IHeaderDictionary _headers = new HeaderDictionary();

    public static TheoryData<string, string, string> TagHeaders => new()
    {
        { "varnish", "xkey", "a b" },
        { "fastly", "Surrogate-Key", "a b" },
        { "cloudflare", "Cache-Tag", "a,b" },
        { "akamai", "Edge-Cache-Tag", "a,b" },
        { "cloudfront", "x-tags", "a,b" },
    };

    [Theory]
    [MemberData(nameof(TagHeaders))]
    public void TryTag_TagsThatFit_AreInTheEdgesHeader(string edge, string header, string value)
    {
        Assert.True(new EdgeHeaders([Edge(edge)]).TryTag(_headers, "", ["a", "b"]));

        Assert.Equal(value, _headers[header]);
    }

    [Fact]
    public void TryTag_TagsThatFit_AreGroups()
    {
        EdgeHeaders.None.TryTag(_headers, "", ["a", "b"]);

        Assert.Equal("\"a\", \"b\"", _headers["Cache-Groups"]);
    }

    [Fact]
    public void Allow_Lifetime_IsInBothControls()
    {
        EdgeHeaders.Allow(_headers, Lifetime);

        Assert.Equal("max-age=600, stale-while-revalidate=30, stale-if-error=3600", _headers["CDN-Cache-Control"]);
        Assert.Equal("max-age=600, stale-while-revalidate=30, stale-if-error=3600", _headers["Surrogate-Control"]);
    }

    [Fact]
    public void Allow_NoStaleWindows_SaysNothingOfThem()
    {
        EdgeHeaders.Allow(_headers, new EdgeLifetime(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(0.9)));

        Assert.Equal("max-age=1", _headers["CDN-Cache-Control"]);
    }

    [Fact]
    public void Allow_LifetimeThatIsOver_IsNone()
    {
        EdgeHeaders.Allow(_headers, new EdgeLifetime(TimeSpan.FromSeconds(-5)));

        Assert.Equal("max-age=0", _headers["CDN-Cache-Control"]);
    }

    [Fact]
    public void TryTag_TooManyTags_CutsNothing()
    {
        Assert.False(new EdgeHeaders([Edge("fastly")]).TryTag(_headers, "", Enumerable.Range(0, 33).Select(static i => $"tag-{i}")));

        Assert.Empty(_headers);
    }

    [Fact]
    public void TryTag_OneEdgeKeepsFewer_TagsNone()
    {
        var narrow = Edge("fastly") with { Format = new EdgeTagFormat("narrow", ' ', 1, 32, 100) };

        Assert.False(new EdgeHeaders([Edge("varnish"), narrow]).TryTag(_headers, "", ["a", "b"]));

        Assert.Empty(_headers);
    }

    [Fact]
    public void Forbid_EdgeThatHeedsTargets_LeavesCacheControl()
    {
        _headers.CacheControl = "public, max-age=60";

        new EdgeHeaders([Edge("fastly")]).Forbid(_headers);

        Assert.Equal(("no-store", "no-store", "public, max-age=60"), (_headers["CDN-Cache-Control"].ToString(), _headers["Surrogate-Control"].ToString(), _headers.CacheControl.ToString()));
    }

    [Fact]
    public void Expire_EdgeThatHeedsCacheControlAlone_IsKeptOutByIt()
    {
        _headers.CacheControl = "public, max-age=60";

        new EdgeHeaders([Edge("cloudfront")]).Expire(_headers);

        Assert.Equal(("max-age=0", "private, max-age=60"), (_headers["CDN-Cache-Control"].ToString(), _headers.CacheControl.ToString()));
    }

    [Theory]
    [InlineData("public, max-age=60, s-maxage=600, no-transform", "private, max-age=60, no-transform")]
    [InlineData("Public, S-MaxAge=600, Private=\"x-any\"", "private")]
    [InlineData("private, max-age=60", "private, max-age=60")]
    [InlineData("", "private")]
    public void Forbid_EdgeThatHeedsCacheControlAlone_IsKeptOutByIt(string control, string forbidden)
    {
        _headers.CacheControl = control;

        new EdgeHeaders([Edge("fastly"), Edge("cloudfront")]).Forbid(_headers);

        Assert.Equal(forbidden, _headers.CacheControl);
    }

    [Fact]
    public void TryTag_SeveralEdges_EachHasItsHeader()
    {
        Assert.True(new EdgeHeaders([Edge("varnish"), Edge("cloudflare")]).TryTag(_headers, "", ["a", "b"]));

        Assert.Equal(("a b", "a,b"), (_headers["xkey"].ToString(), _headers["Cache-Tag"].ToString()));
    }

    [Fact]
    public void TryTag_SeveralServersOfOneEdge_TagTheirHeaderOnce()
    {
        Assert.True(new EdgeHeaders([Edge("varnish"), Edge("varnish") with { Name = "other" }]).TryTag(_headers, "", ["a", "b"]));

        Assert.Equal(["a b"], _headers["xkey"].AsEnumerable());
    }

    [Fact]
    public void TryTag_TwoEdgesReadOneHeaderAlike_TagItForBoth()
    {
        var other = Edge("cloudfront") with { Format = CloudFrontPurger.FormatOf(new CloudFrontEdgeOptions { TagHeader = "cache-tag" }) };

        Assert.True(new EdgeHeaders([Edge("cloudflare"), other]).TryTag(_headers, "", ["a", "b"]));

        Assert.Equal(["a,b"], _headers["Cache-Tag"].AsEnumerable());
    }

    [Fact]
    public void TryTag_NoTags_SaysNothing()
    {
        Assert.True(new EdgeHeaders([Edge("varnish")]).TryTag(_headers, "", []));

        Assert.Empty(_headers);
    }

    [Fact]
    public void TryTag_TooManyTagsWhereSomeWereSaid_SaysNone()
    {
        var headers = new EdgeHeaders([Edge("varnish")]);
        headers.TryTag(_headers, "", ["a"]);

        Assert.False(headers.TryTag(_headers, "", Enumerable.Range(0, 33).Select(static i => $"tag-{i}")));

        Assert.Empty(_headers);
    }

    [Theory]
    [InlineData("fastly", 1_024, 16_384)]
    [InlineData("cloudflare", 1_024, 16_384)]
    [InlineData("akamai", 128, 8_192)]
    [InlineData("cloudfront", 256, 8_192)]
    [InlineData("varnish", 32, 8_000)]
    public void Format_AnyEdge_TakesTheMostTagsAndNotWhatIsLonger(string edge, int longestTag, int longestValue)
    {
        var format = Edge(edge).Format;

        Assert.NotNull(format.Format([.. Enumerable.Range(0, 32).Select(static i => new string((char)('a' + (i % 26)), 32))]));
        Assert.Null(format.Format([new string('a', longestTag + 1)]));
        Assert.Null(format.Format([.. Enumerable.Repeat("tag", longestValue)]));
        Assert.Equal(longestTag, format.MaximumTagLength);
        Assert.Equal(longestValue, format.MaximumLength);
    }

    [Fact]
    public void Invalidate_Tags_AreQuotedOnce()
    {
        EdgeHeaders.Invalidate(_headers, [("", "a"), ("", "b"), ("", "a")]);

        Assert.Equal("\"a\", \"b\"", _headers["Cache-Group-Invalidation"]);
    }

    [Fact]
    public void Invalidate_MoreTagsThanACacheHasToTake_NamesTheFirst()
    {
        EdgeHeaders.Invalidate(_headers, Enumerable.Range(0, 40).Select(static i => ("", $"tag-{i}")));

        var groups = _headers["Cache-Group-Invalidation"].ToString().Split(", ");
        Assert.Equal((32, "\"tag-31\""), (groups.Length, groups[^1]));
    }

    [Fact]
    public void TryTag_TenantsTags_AreTheTenantsOwn()
    {
        EdgeHeaders.None.TryTag(_headers, "acme", ["a"]);

        Assert.Equal($"\"{EdgeTags.Of("acme", "a")}\"", _headers["Cache-Groups"]);
    }

    [Fact]
    public void Invalidate_TenantsTags_AreTheTenantsOwn()
    {
        EdgeHeaders.Invalidate(_headers, [("acme", "a")]);

        Assert.Equal($"\"{EdgeTags.Of("acme", "a")}\"", _headers["Cache-Group-Invalidation"]);
    }

    [Fact]
    public void Invalidate_NoTags_SaysNothing()
    {
        EdgeHeaders.Invalidate(_headers, []);

        Assert.Empty(_headers);
    }

    private static EdgeSite Edge(string name)
    {
        var format = name switch
        {
            "varnish" => VarnishPurger.Format,
            "fastly" => FastlyPurger.Format,
            "cloudflare" => CloudflarePurger.Format,
            "akamai" => AkamaiPurger.Format,
            _ => CloudFrontPurger.FormatOf(new CloudFrontEdgeOptions { TagHeader = "x-tags" }),
        };
        return new EdgeSite(name, format, name != "cloudfront", EdgeSite.LargestBatch, new RecordedPurger());
    }
}
