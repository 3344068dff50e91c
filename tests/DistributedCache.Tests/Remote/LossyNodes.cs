using DistributedCache.Coherence;
using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Remote;

/// <summary>Nodes that share a tier which loses messages, and one clock.</summary>
internal sealed class LossyNodes : IAsyncDisposable
{
    /// <summary>How often a node compares heads, at the default options.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly TestCache[] _nodes;
    private readonly ProtocolRules _rules;

    /// <param name="count">How many there are from the start.</param>
    /// <param name="configure">Their options.</param>
    /// <param name="remote">What they share.</param>
    /// <param name="rules">Which rules they keep to.</param>
    public LossyNodes(int count = 2, Action<TieredCacheOptions>? configure = null, LossyRemote? remote = null, ProtocolRules rules = ProtocolRules.All)
    {
        _rules = rules;
        Remote = remote ?? new LossyRemote();
        _nodes = [.. Enumerable.Range(0, count).Select(_ => Add(configure))];
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public LossyRemote Remote { get; }

    public ITieredCache A => _nodes[0].Cache;

    public ITieredCache B => _nodes[1].Cache;

    public ITieredCache this[int node] => _nodes[node].Cache;

    public CacheEngine Engine(int node) => _nodes[node].Services.GetRequiredService<CacheEngine>();

    /// <summary>One more node, which the caller disposes.</summary>
    public TestCache Add(Action<TieredCacheOptions>? configure = null, Action<IServiceCollection>? more = null) => TestCache.Make(
        options =>
        {
            options.Partitions = Remote.Partitions;
            configure?.Invoke(options);
        },
        null,
        Time,
        services =>
        {
            services.AddSingleton<IRemoteTier>(Remote);
            services.Add(new ServiceDescriptor(typeof(ProtocolRules), _rules));
            more?.Invoke(services);
        });

    /// <summary>Lets heartbeats pass until every node has found nothing missing since now.</summary>
    public async Task SettleAsync()
    {
        var began = Time.GetTimestamp();
        await Eventually.TrueAsync(() => Enumerable.Range(0, _nodes.Length).All(i => IsVerifiedSince(i, began)), () => Time.Advance(Beat));

        bool IsVerifiedSince(int node, long moment)
        {
            var engine = Engine(node);
            var through = engine.Coherence.Version.FreshThrough;
            return through != long.MinValue && through - (long)engine.MaxStaleness.TotalMilliseconds + engine.Clock.Step > moment / (Time.TimestampFrequency / 1_000);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
