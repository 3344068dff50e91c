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
            "Edges:fastly:ServiceId is ''; it must be 1 or more letters, digits, '.', '_' or '-'.",
            "Edges:fastly:ApiToken is ''; it must be 1 or more visible ASCII characters.",
            "Edges:cloudflare:ZoneId is ''; it must be 1 or more letters, digits, '.', '_' or '-'.",
            "Edges:akamai:Endpoint is null; it must be an absolute http or https address without a query, such as https://edge.example.",
            "Edges:akamai:ClientSecret is ''; it must be 1 or more visible ASCII characters.",
            "Edges:cloudfront:DistributionId is ''; it must be 1 or more letters, digits, '.', '_' or '-'.",
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

    [Fact]
    public async Task Start_IdThatWouldChangeTheRequest_IsRefused()
    {
        var failure = await FailureAsync(static b => b.AddFastlyEdge(static o => (o.ServiceId, o.ApiToken) = ("../x", "token")));

        Assert.Contains("Edges:fastly:ServiceId is '../x'", failure, StringComparison.Ordinal);
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
    [InlineData("my edge", "tags")]
    [InlineData("edge", "two words")]
    public void AddEdge_NameOrHeaderThatIsNone_Throws(string name, string header)
    {
        var builder = new ServiceCollection().AddTieredCache();

        Assert.Throws<ArgumentException>(() => builder.AddEdge<SilentPurger>(name, header));
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
