using System.Net.Http.Json;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Fastly;

/// <summary>Purges Fastly by surrogate keys.</summary>
internal sealed class FastlyPurger(FastlyEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "fastly";

    // "Purging API": a batch has at most so many keys.
    private const int MaximumKeys = 256;

    /// <summary>As "Fastly VCL constraints and limitations" has it.</summary>
    public static EdgeTagFormat Format { get; } = new("Surrogate-Key", ' ', int.MaxValue, 1_024, 16_384);

    public static void Check(FastlyEdgeOptions o, OptionFaults faults)
    {
        faults.Identifier(nameof(o.ServiceId), o.ServiceId);
        faults.Secret(nameof(o.ApiToken), o.ApiToken);
        faults.Address(nameof(o.Endpoint), o.Endpoint);
    }

    public static IEnumerable<EdgeSite> Sites(FastlyEdgeOptions o, Func<string, EdgeClient> client) =>
        [new EdgeSite(Name, Format, HeedsTargets: true, MaximumKeys, new FastlyPurger(o, client(Name)))];

    public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        var purge = new FastlyPurge([.. tags]);
        return client.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, EdgeAddress.Of(options.Endpoint, $"/service/{options.ServiceId}/purge"))
                {
                    Content = JsonContent.Create(purge, EdgeJson.Default.FastlyPurge),
                };
                request.Headers.Add("Fastly-Key", options.ApiToken);
                if (options.Soft) request.Headers.Add("Fastly-Soft-Purge", "1");
                return request;
            },
            isRefused: null, isTransient: null, cancellationToken);
    }
}
