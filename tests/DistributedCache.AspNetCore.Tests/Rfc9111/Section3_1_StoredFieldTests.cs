using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 3.1, and RFC 9110, sections 6.5 and 7.6.1: all fields are stored but those of one connection, and trailers are not.</summary>
public class Section3_1_StoredFieldTests
{
    [Theory]
    [InlineData("X-Any", true)]
    [InlineData("Content-Language", true)]
    [InlineData("Content-Security-Policy", true)]
    [InlineData("Keep-Alive", false)]
    [InlineData("Proxy-Authenticate", false)]
    [InlineData("Proxy-Authentication-Info", false)]
    [InlineData("Proxy-Connection", false)]
    [InlineData("TE", false)]
    [InlineData("Upgrade", false)]
    [InlineData("X-Listed", false)]
    [InlineData("X-Listed-Too", false)]
    public async Task Get_Field_IsStoredUnlessItIsOfTheConnection(string name, bool isStored)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Connection", "x-listed, X-Listed-Too"), (name, "value"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var hit = await app.GetAsync("/a");
        Assert.Equal(("1", isStored ? "value" : "", ""), (hit.Body, hit[name], hit["Connection"]));
    }

    [Theory]
    [InlineData("Proxy-Authorization")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Age")]
    [InlineData("Content-Length")]
    [InlineData("Cache-Status")]
    [InlineData("Server")]
    [InlineData("Alt-Svc")]
    public void Of_FieldOfOneAnswer_IsLeftOutOfAResponseAndOfItsRenewal(string name)
    {
        var headers = new HeaderDictionary { [name] = "1", ["X-Any"] = "1" };
        var stored = StoredHeaders.Of(headers, StatusCodes.Status200OK, DateTimeOffset.UnixEpoch);
        Assert.Equal(["Accept-Ranges", "Date", "X-Any"], stored.Select(static field => field.Key).Order());
        var renewed = StoredHeaders.Renew(new StoredResponse(StatusCodes.Status200OK, [.. stored], default, 0, 0, default, Selection.All), headers, DateTimeOffset.UnixEpoch);
        Assert.Equal(["Accept-Ranges", "Date", "X-Any"], renewed.Select(static field => field.Key).Order());
    }

    [Fact]
    public async Task Get_SeveralLinesOfAField_AreAllStored()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Link", "<a>"), ("Link", "<b>"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("<a>, <b>", (await app.GetAsync("/a"))["Link"]);
    }

    [Fact]
    public async Task Get_ResponseWithoutThem_HasTheDateItCameAndOffersParts()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        var came = HttpDates.Format(app.Time.GetUtcNow());
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(7));
        var hit = await app.GetAsync("/a");
        Assert.Equal((came, "bytes"), (hit["Date"], hit["Accept-Ranges"]));
    }

    [Fact]
    public async Task Get_ResponseThatSaysThem_KeepsThem()
    {
        var date = HttpDates.Format(DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(-10));
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Date", date), ("Accept-Ranges", "none"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var hit = await app.GetAsync("/a");
        Assert.Equal((date, "none"), (hit["Date"], hit["Accept-Ranges"]));
    }

    [Fact]
    public async Task Get_Trailers_AreNotStored()
    {
        var origin = new Origin
        {
            Answer = async context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.Headers.Trailer = "X-Sum";
                await context.Response.WriteAsync("body");
                if (context.Response.SupportsTrailers()) context.Response.AppendTrailer("X-Sum", "7");
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        using var hit = await app.Client.GetAsync("/a", TestContext.Current.CancellationToken);
        Assert.Equal("body", await hit.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Empty(hit.TrailingHeaders);
        Assert.False(hit.Headers.Contains("Trailer"));
        Assert.Equal(1, origin.Runs);
    }
}
