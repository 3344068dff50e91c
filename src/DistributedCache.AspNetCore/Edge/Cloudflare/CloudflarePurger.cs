using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Cloudflare;

/// <summary>Purges Cloudflare by cache tags. How many requests a minute it takes depends on the plan; what it refuses for that is
/// sent again when it says.</summary>
internal sealed class CloudflarePurger(CloudflareEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "cloudflare";

    // "Purge cache", "Purge limits".
    private const int MaximumTags = 100;

    /// <summary>As "Purge cache by cache-tags" has it.</summary>
    public static EdgeTagFormat Format { get; } = new("Cache-Tag", ',', int.MaxValue, 1_024, 16_384);

    public static void Check(CloudflareEdgeOptions o, OptionFaults faults)
    {
        faults.Identifier(nameof(o.ZoneId), o.ZoneId);
        faults.Secret(nameof(o.ApiToken), o.ApiToken);
        faults.Address(nameof(o.Endpoint), o.Endpoint);
    }

    public static IEnumerable<EdgeSite> Sites(CloudflareEdgeOptions o, Func<string, EdgeClient> client) =>
        [new EdgeSite(Name, Format, HeedsTargets: true, MaximumTags, new CloudflarePurger(o, client(Name)))];

    public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        var purge = new CloudflarePurge([.. tags]);
        return client.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, EdgeAddress.Of(options.Endpoint, $"/zones/{options.ZoneId}/purge_cache"))
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", options.ApiToken) },
                Content = JsonContent.Create(purge, EdgeJson.Default.CloudflarePurge),
            },
            isRefused: static answer => !IsSuccess(answer), isTransient: null, cancellationToken);
    }

    private static bool IsSuccess(string answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, EdgeJson.Default.CloudflareAnswer)?.Success == true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
