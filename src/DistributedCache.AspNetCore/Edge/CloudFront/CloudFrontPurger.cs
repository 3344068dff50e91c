using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.CloudFront;

/// <summary>Purges CloudFront by cache tags: invalidations of the paths <c>#tag</c>.</summary>
internal sealed class CloudFrontPurger(CloudFrontEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "cloudfront";

    // "Concurrent invalidation request maximum": a distribution has at most 3,000 paths under way.
    private const int MaximumPaths = 1_000;

    private static readonly XNamespace Space = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

    /// <summary>As "What you need to know when invalidating tags" has it.</summary>
    public static EdgeTagFormat FormatOf(CloudFrontEdgeOptions o) => new(o.TagHeader, ',', 50, 256, 8_192);

    public static void Check(CloudFrontEdgeOptions o, OptionFaults faults)
    {
        faults.Identifier(nameof(o.DistributionId), o.DistributionId);
        faults.Identifier(nameof(o.AccessKeyId), o.AccessKeyId);
        faults.Secret(nameof(o.SecretAccessKey), o.SecretAccessKey);
        if (o.SessionToken is not null) faults.Secret(nameof(o.SessionToken), o.SessionToken);
        faults.Header(nameof(o.TagHeader), o.TagHeader);
        faults.Address(nameof(o.Endpoint), o.Endpoint);
    }

    public static IEnumerable<EdgeSite> Sites(CloudFrontEdgeOptions o, Func<string, EdgeClient> client) =>
        [new EdgeSite(Name, FormatOf(o), HeedsTargets: false, MaximumPaths, new CloudFrontPurger(o, client(Name)))];

    public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        // One name for all attempts: what arrived although no answer did is not done twice.
        var body = Body(tags, Guid.NewGuid().ToString());
        return client.SendAsync(
            () => Request(body),
            isRefused: null,
            isTransient: static answer => answer.Contains("<Code>TooManyInvalidationsInProgress</Code>", StringComparison.Ordinal)
                || answer.Contains("<Code>Throttling</Code>", StringComparison.Ordinal),
            cancellationToken);
    }

    private HttpRequestMessage Request(byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, EdgeAddress.Of(options.Endpoint, $"/2020-05-31/distribution/{options.DistributionId}/invalidation"))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("text/xml") } },
        };
        AwsSigner.Sign(request, body, (options.AccessKeyId, options.SecretAccessKey, options.SessionToken), "us-east-1", "cloudfront", client.Now);
        return request;
    }

    private static byte[] Body(IReadOnlyCollection<string> tags, string reference) => Encoding.UTF8.GetBytes(
        new XElement(Space + "InvalidationBatch",
            new XElement(Space + "Paths",
                new XElement(Space + "Quantity", tags.Count.ToString(CultureInfo.InvariantCulture)),
                new XElement(Space + "Items", tags.Select(static tag => new XElement(Space + "Path", "#" + tag)))),
            new XElement(Space + "CallerReference", reference)).ToString(SaveOptions.DisableFormatting));
}
