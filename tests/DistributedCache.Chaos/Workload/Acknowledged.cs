using System.Collections.Concurrent;

namespace DistributedCache.Chaos.Workload;

/// <summary>The invalidations that were acknowledged a moment ago: what a failover might forget.</summary>
internal sealed class Acknowledged
{
    private const double Moment = 10_000;

    private readonly ConcurrentQueue<Acknowledgement> _recent = new();

    public void Add(Acknowledgement acknowledgement)
    {
        _recent.Enqueue(acknowledgement);
        while (_recent.TryPeek(out var oldest) && oldest.At < acknowledgement.At - Moment) _recent.TryDequeue(out _);
    }

    public IReadOnlyList<Acknowledgement> Since(double time) => [.. _recent.Where(a => a.At >= time)];
}

/// <summary>An acknowledged invalidation: when, on which node, its number in the history and its token.</summary>
internal readonly record struct Acknowledgement(double At, int Node, int Number, ConsistencyToken Token);
