namespace DistributedCache.AspNetCore;

/// <summary>Varnish with <c>vmod_xkey</c>, set up as <c>docs/edge.md</c> shows.</summary>
public sealed class VarnishEdgeOptions
{
    /// <summary>The servers, each of which is purged by itself, with its own queue: <c>http://varnish-1:6081</c>. At least one.</summary>
    public IList<Uri> Servers { get; } = [];

    /// <summary>Whether what is purged may be served once more, stale within its grace, while it is fetched anew. Default: false.</summary>
    public bool Soft { get; set; }
}
