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

    // A body of 50 KB holds 1,400 tags of 32 characters with their quotes and commas.
    private const int MaximumObjects = 1_000;

    public static EdgeTagFormat Format { get; } = new("Edge-Cache-Tag", ',', 128, 128, 8_192);

    public static void Check(AkamaiEdgeOptions o, OptionFaults faults)
    {
        faults.Address(nameof(o.Endpoint), o.Endpoint);
        faults.Secret(nameof(o.ClientToken), o.ClientToken);
        faults.Secret(nameof(o.ClientSecret), o.ClientSecret);
        faults.Secret(nameof(o.AccessToken), o.AccessToken);
    }

    public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        var address = EdgeAddress.Of(options.Endpoint!, $"/ccu/v3/{(options.Soft ? "invalidate" : "delete")}/tag/{(options.Staging ? "staging" : "production")}");
        foreach (var batch in tags.Chunk(MaximumObjects))
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new AkamaiPurge(batch), EdgeJson.Default.AkamaiPurge);
            await client.SendAsync(
                () =>
                {
                    // Signed anew for each attempt: a signature is of a moment, and good for once.
                    var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                    var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
                    request.Headers.TryAddWithoutValidation(
                        "Authorization", EdgeGridSigner.Sign(options, "POST", address, body, client.Now, Guid.NewGuid().ToString()));
                    return request;
                },
                isRefused: null, isTransient: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
