using System.Net.Http.Json;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Fastly;

/// <summary>Purges Fastly by surrogate keys.</summary>
internal sealed class FastlyPurger(FastlyEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "fastly";

    private const int MaximumKeys = 256;

    public static EdgeTagFormat Format { get; } = new("Surrogate-Key", ' ', int.MaxValue, 1_024, 16_384);

    public static void Check(FastlyEdgeOptions o, OptionFaults faults)
    {
        faults.Identifier(nameof(o.ServiceId), o.ServiceId);
        faults.Secret(nameof(o.ApiToken), o.ApiToken);
        faults.Address(nameof(o.Endpoint), o.Endpoint);
    }

    public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        foreach (var batch in tags.Chunk(MaximumKeys))
        {
            await client.SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, EdgeAddress.Of(options.Endpoint, $"/service/{options.ServiceId}/purge"))
                    {
                        Content = JsonContent.Create(new FastlyPurge(batch), EdgeJson.Default.FastlyPurge),
                    };
                    request.Headers.Add("Fastly-Key", options.ApiToken);
                    if (options.Soft) request.Headers.Add("Fastly-Soft-Purge", "1");
                    return request;
                },
                isRefused: null, isTransient: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
