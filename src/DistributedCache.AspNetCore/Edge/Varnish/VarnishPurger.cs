using System.Globalization;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Varnish;

/// <summary>Purges one Varnish server: a PURGE with the tags.</summary>
internal sealed class VarnishPurger(Uri server, bool isSoft, EdgeClient client) : IEdgePurger
{
    public const string Name = "varnish";

    // "varnishd", http_req_hdr_len: a header has 8 KB unless it is set. 200 tags are 6.6 KB.
    private const int MaximumTags = 200;

    private static readonly HttpMethod Purge = new("PURGE");

    public static EdgeTagFormat Format { get; } = new("xkey", ' ', EdgeTags.MaximumCount, EdgeTags.MaximumLength, 8_000);

    public static void Check(VarnishEdgeOptions o, OptionFaults faults)
    {
        faults.Range($"{nameof(o.Servers)}:Count", o.Servers.Count, 1, long.MaxValue);
        for (var i = 0; i < o.Servers.Count; i++) faults.Address($"{nameof(o.Servers)}:{i}", o.Servers[i]);
    }

    /// <summary>A site for each server, however often it is named: one that is away fills no queue but its own.</summary>
    public static IEnumerable<EdgeSite> Sites(VarnishEdgeOptions o, Func<string, EdgeClient> client) => o.Servers
        .Select(server => (Server: server, Name: NameOf(server)))
        .DistinctBy(static one => one.Name)
        .Select(one => new EdgeSite(one.Name, Format, HeedsTargets: true, MaximumTags, new VarnishPurger(one.Server, o.Soft, client(one.Name))));

    /// <summary>The port is always there: the same host may serve http and https. What could be a secret is not.</summary>
    public static string NameOf(Uri server) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}:{server.Host}:{server.Port}{(server.AbsolutePath == "/" ? "" : server.AbsolutePath)}");

    public ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken) => client.SendAsync(
        () =>
        {
            var request = new HttpRequestMessage(Purge, server);
            request.Headers.Add(isSoft ? "xkey-softpurge" : "xkey-purge", string.Join(' ', tags));
            return request;
        },
        isRefused: null, isTransient: null, cancellationToken);
}
