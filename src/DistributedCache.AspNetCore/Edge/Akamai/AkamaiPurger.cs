using System.Net.Http.Headers;
using System.Text.Json;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Akamai;

/// <summary>Purges Akamai by cache tags, through Fast Purge.</summary>
internal sealed class AkamaiPurger(AkamaiEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "akamai";

    // "Rate limiting": 500 tags come free a minute, and a request for more than are free is refused as a whole. They are also far less than
    // the 50,000 bytes that a body may have.
    private const int MaximumTags = 500;

    /// <summary>As "Purge content by cache tag" has it.</summary>
    public static EdgeTagFormat Format { get; } = new("Edge-Cache-Tag", ',', 128, 128, 8_192);

    public static void Check(AkamaiEdgeOptions o, OptionFaults faults)
    {
        faults.Address(nameof(o.Endpoint), o.Endpoint);
        faults.Secret(nameof(o.ClientToken), o.ClientToken);
        faults.Secret(nameof(o.ClientSecret), o.ClientSecret);
        faults.Secret(nameof(o.AccessToken), o.AccessToken);
    }

    public static IEnumerable<EdgeSite> Sites(AkamaiEdgeOptions o, Func<string, EdgeClient> client) =>
        [new EdgeSite(Name, Format, HeedsTargets: true, MaximumTags, new AkamaiPurger(o, client(Name)))];

    public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        var address = EdgeAddress.Of(options.Endpoint!, $"/ccu/v3/{(options.Soft ? "invalidate" : "delete")}/tag/{(options.Staging ? "staging" : "production")}");
        var body = JsonSerializer.SerializeToUtf8Bytes(new AkamaiPurge([.. tags]), EdgeJson.Default.AkamaiPurge);
        return client.SendAsync(
            () =>
            {
                // Signed anew for each attempt: a signature is of a moment, and good for once.
                var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
                request.Headers.TryAddWithoutValidation(
                    "Authorization", EdgeGridSigner.Sign(options, "POST", address, body, client.Now, Guid.NewGuid().ToString()));
                return request;
            },
            isRefused: null, isTransient: null, cancellationToken);
    }
}
