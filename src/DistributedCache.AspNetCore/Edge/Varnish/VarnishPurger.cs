using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Registration;

namespace DistributedCache.AspNetCore.Edge.Varnish;

/// <summary>Purges Varnish: a PURGE with the tags, to every server.</summary>
internal sealed class VarnishPurger(VarnishEdgeOptions options, EdgeClient client) : IEdgePurger
{
    public const string Name = "varnish";

    // Varnish takes headers of 8 KB as it comes: 200 tags are 6.6 KB.
    private const int MaximumTags = 200;

    private static readonly HttpMethod Purge = new("PURGE");

    public static EdgeTagFormat Format { get; } = new("xkey", ' ', EdgeTags.MaximumCount, EdgeTags.MaximumLength, 8_000);

    public static void Check(VarnishEdgeOptions o, OptionFaults faults)
    {
        faults.Range($"{nameof(o.Servers)}:Count", o.Servers.Count, 1, long.MaxValue);
        for (var i = 0; i < o.Servers.Count; i++) faults.Address($"{nameof(o.Servers)}:{i}", o.Servers[i]);
    }

    public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken) =>
        await Task.WhenAll(options.Servers.Select(server => PurgeAsync(server, tags, cancellationToken))).ConfigureAwait(false);

    private async Task PurgeAsync(Uri server, IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        foreach (var batch in tags.Chunk(MaximumTags))
        {
            await client.SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(Purge, server);
                    request.Headers.Add(options.Soft ? "xkey-softpurge" : "xkey-purge", string.Join(' ', batch));
                    return request;
                },
                isRefused: null, isTransient: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
