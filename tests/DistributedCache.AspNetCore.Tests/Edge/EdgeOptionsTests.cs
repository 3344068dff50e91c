using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Tests.Edge;

public class EdgeOptionsTests
{
    [Fact]
    public async Task Start_NothingSet_NamesEveryOptionOfEveryEdge()
    {
        var failure = await FailureAsync(static b => b
            .AddVarnishEdge(static _ => { })
            .AddFastlyEdge(static _ => { })
            .AddCloudflareEdge(static _ => { })
            .AddAkamaiEdge(static _ => { })
            .AddCloudFrontEdge(static _ => { }));

        string[] named =
        [
            "Edges:varnish:Servers:Count is 0; it must be 1 or more.",
            "Edges:fastly:ServiceId is ''; it must be 1 or more letters, digits, '_' or '-'.",
            "Edges:fastly:ApiToken is ''; it must be 1 or more visible ASCII characters.",
            "Edges:cloudflare:ZoneId is ''; it must be 1 or more letters, digits, '_' or '-'.",
            "Edges:cloudflare:ApiToken is ''; it must be 1 or more visible ASCII characters.",
            "Edges:akamai:Endpoint is null; it must be an absolute http or https address without a query, such as https://edge.example.",
            "Edges:akamai:ClientToken is ''; it must be 1 or more visible ASCII characters.",
            "Edges:akamai:ClientSecret is ''; it must be 1 or more visible ASCII characters.",
            "Edges:akamai:AccessToken is ''; it must be 1 or more visible ASCII characters.",
            "Edges:cloudfront:DistributionId is ''; it must be 1 or more letters, digits, '_' or '-'.",
            "Edges:cloudfront:AccessKeyId is ''; it must be 1 or more letters, digits, '_' or '-'.",
            "Edges:cloudfront:SecretAccessKey is ''; it must be 1 or more visible ASCII characters.",
        ];
        Assert.All(named, sentence => Assert.Contains(sentence, failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_SecretWithALineBreak_IsNotShown()
    {
        var failure = await FailureAsync(static b => b.AddFastlyEdge(static o => (o.ServiceId, o.ApiToken) = ("id", "to\nken")));

        Assert.Contains("Edges:fastly:ApiToken is '(hidden)'; it must be 1 or more visible ASCII characters.", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("ken", failure.Replace("Token", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData("x?y")]
    public async Task Start_IdThatWouldChangeTheRequest_IsRefused(string id)
    {
        var failure = await FailureAsync(b => b
            .AddFastlyEdge(o => (o.ServiceId, o.ApiToken) = (id, "token"))
            .AddCloudflareEdge(o => (o.ZoneId, o.ApiToken) = (id, "token"))
            .AddCloudFrontEdge(o => o.DistributionId = id));

        Assert.Contains($"Edges:fastly:ServiceId is '{id}'", failure, StringComparison.Ordinal);
        Assert.Contains($"Edges:cloudflare:ZoneId is '{id}'", failure, StringComparison.Ordinal);
        Assert.Contains($"Edges:cloudfront:DistributionId is '{id}'", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_CommonOptionsOutOfRange_NamesEach()
    {
        var failure = await FailureAsync(static b => b
            .AddFastlyEdge(static o => (o.ServiceId, o.ApiToken) = ("id", "token"))
            .ConfigureEdges(static o => (o.Attempts, o.RequestTimeout, o.PendingLimit, o.DrainTimeout) =
                (0, TimeSpan.FromMinutes(1), 1, TimeSpan.FromSeconds(-1))));

        Assert.Contains("Edges:Attempts is 0; it must be from 1 to 10.", failure, StringComparison.Ordinal);
        Assert.Contains("Edges:RequestTimeout is 00:01:00; it must be from 00:00:00.1000000 to 00:00:50.", failure, StringComparison.Ordinal);
        Assert.Contains("Edges:PendingLimit is 1; it must be from 2 to 1,000,000.", failure, StringComparison.Ordinal);
        Assert.Contains("Edges:DrainTimeout is -00:00:01; it must be from zero to 00:05:00.", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public Task Start_Attempts_AreFrom1To10(int attempts, bool isValid) => CheckAsync("Edges:Attempts", isValid, o => o.Attempts = attempts);

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(50_000, true)]
    [InlineData(50_001, false)]
    public Task Start_RequestTimeout_IsFrom100MillisecondsTo50Seconds(int milliseconds, bool isValid) =>
        CheckAsync("Edges:RequestTimeout", isValid, o => o.RequestTimeout = TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_001, false)]
    public Task Start_PendingLimit_IsFrom2To1000000(int limit, bool isValid) => CheckAsync("Edges:PendingLimit", isValid, o => o.PendingLimit = limit);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public Task Start_DrainTimeout_IsFromZeroTo5Minutes(int seconds, bool isValid) => CheckAsync("Edges:DrainTimeout", isValid, o => o.DrainTimeout = TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public Task Start_AnswerTimeout_IsFromZeroTo1Minute(int seconds, bool isValid) => CheckAsync("Edges:AnswerTimeout", isValid, o => o.AnswerTimeout = TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("ftp://edge.example")]
    [InlineData("http://edge.example?a=b")]
    [InlineData("/relative")]
    public async Task Start_AddressThatIsNone_IsRefused(string address)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);
        var failure = await FailureAsync(b => b
            .AddVarnishEdge(o =>
            {
                o.Servers.Add(new Uri("http://varnish-1:6081"));
                o.Servers.Add(uri);
            })
            .AddFastlyEdge(o => o.Endpoint = uri)
            .AddCloudflareEdge(o => o.Endpoint = uri)
            .AddAkamaiEdge(o => o.Endpoint = uri)
            .AddCloudFrontEdge(o => o.Endpoint = uri));

        Assert.All(
            (string[])["varnish:Servers:1", "fastly:Endpoint", "cloudflare:Endpoint", "akamai:Endpoint", "cloudfront:Endpoint"],
            option => Assert.Contains($"Edges:{option} is {uri}; it must be an absolute http or https address", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_CloudFrontWithoutASessionToken_NeedsTheRestAlone()
    {
        var failure = await FailureAsync(static b => b.AddCloudFrontEdge(static o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.TagHeader) = ("id", "key", "secret", "two words")));

        Assert.Equal("Edges:cloudfront:TagHeader is 'two words'; it must be the name of a header, such as Cache-Tag.", failure);
    }

    [Fact]
    public async Task Start_EmptySessionToken_IsRefused()
    {
        var failure = await FailureAsync(static b => b.AddCloudFrontEdge(static o =>
            (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.TagHeader, o.SessionToken) = ("id", "key", "secret", "tags", "")));

        Assert.StartsWith("Edges:cloudfront:SessionToken", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FaultOfANamedCachesEdge_NamesTheCache()
    {
        var failure = await FailureAsync(static b => b.Services.AddTieredCache("orders").AddVarnishEdge(static _ => { }));

        Assert.StartsWith("Caches:orders:Edges:varnish:Servers:Count is 0", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OptionsOfANamedCachesEdges_AreItsOwn()
    {
        var failure = await FailureAsync(static b => b.Services.AddTieredCache("orders").ConfigureEdges(static o => o.Attempts = 0).AddVarnishEdge(static o => o.Servers.Add(new Uri("http://localhost"))));

        Assert.StartsWith("Caches:orders:Edges:Attempts is 0", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my edge", "tags")]
    [InlineData("edge", "two words")]
    public void AddEdge_NameOrHeaderThatIsNone_Throws(string name, string header)
    {
        var builder = new ServiceCollection().AddTieredCache();

        Assert.Throws<ArgumentException>(() => builder.AddEdge<SilentPurger>(name, header));
    }

    [Theory]
    [InlineData('\n')]
    [InlineData('-')]
    [InlineData('a')]
    [InlineData('\u00e9')]
    public void AddEdge_SeparatorThatIsNone_Throws(char separator)
    {
        var builder = new ServiceCollection().AddTieredCache();

        Assert.Throws<ArgumentException>("separator", () => builder.AddEdge<SilentPurger>("edge", "tags", separator));
    }

    [Theory]
    [InlineData("", "Edges:")]
    [InlineData("orders", "Caches:orders:Edges:")]
    public async Task Start_TwoEdgesReadOneHeaderWithOtherSeparators_IsRefused(string cache, string root)
    {
        var failure = await FailureAsync(b => (cache.Length == 0 ? b : b.Services.AddTieredCache(cache))
            .AddCloudflareEdge(static o => (o.ZoneId, o.ApiToken) = ("id", "token"))
            .AddEdge<SilentPurger>("relay", "cache-tag", ' ')
            .AddEdge<SilentPurger>("other", "Cache-Tag", ';'));

        Assert.Equal(
            $"{root}relay:Separator is ' '; it must be ',' where tags are in the header cache-tag, which the edge 'cloudflare' reads too.\n" +
            $"{root}other:Separator is ';'; it must be ',' where tags are in the header Cache-Tag, which the edge 'cloudflare' reads too.",
            failure);
    }

    [Fact]
    public async Task Start_TwoEdgesReadOneHeaderAlikeOrOtherHeaders_Starts()
    {
        await using var host = await EdgeHost.StartAsync(static b => b
            .AddCloudflareEdge(static o => (o.ZoneId, o.ApiToken) = ("id", "token"))
            .AddCloudFrontEdge(static o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey) = ("id", "key", "secret"))
            .AddEdge<SilentPurger>("relay", "relay-tags", ' '));
    }

    private static async Task CheckAsync(string option, bool isValid, Action<EdgeOptions> configure)
    {
        void Add(ITieredCacheBuilder builder) => builder.AddFastlyEdge(static o => (o.ServiceId, o.ApiToken) = ("id", "token")).ConfigureEdges(configure);
        if (!isValid)
        {
            Assert.StartsWith($"{option} is ", await FailureAsync(Add), StringComparison.Ordinal);
            return;
        }

        await using var host = await EdgeHost.StartAsync(Add);
    }

    private static async Task<string> FailureAsync(Action<ITieredCacheBuilder> configure)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => EdgeHost.StartAsync(configure));
        return failure switch
        {
            AggregateException several => string.Join('\n', several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static one => one.Failures)),
            OptionsValidationException one => string.Join('\n', one.Failures),
            _ => throw failure,
        };
    }

    private sealed class SilentPurger : IEdgePurger
    {
        public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken) => default;
    }
}
