using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Another application's keys and tags, as <see cref="ITieredCache.ForApplication"/> reaches them.</summary>
internal sealed class ForeignApplication(CacheEngine engine, IRemoteApplications? applications, string application, string tenant) : ICacheInvalidator
{
    // Of another application nothing is followed here, but it may load from the same source.
    private Known Known => new(0, 0, Source: engine.Coherence.Version.Source.Version);

    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        KeyRules.Validate(key, engine.MaximumKeyLength);
        return InvalidateAsync(async (tier, partitioner) =>
        {
            // Which it is, only the application's profiles know: what lives under either name goes.
            var partition = partitioner.OfKey(tenant, key);
            var index = CacheKey.IndexOf(KeyKind.Cached, tenant, key);
            CacheKey[] keys = [new(KeyKind.Cached, tenant, key, index, "", partition), new(KeyKind.Primary, tenant, key, index, "", partition)];
            await tier.InvalidateAsync(partition, InvalidationKind.Remove, keys, Known, CancellationToken.None).ConfigureAwait(false);
        }, cancellationToken);
    }

    public ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        KeyRules.Validate(tag, engine.MaximumKeyLength);
        return InvalidateAsync((tier, partitioner) => MarkAsync(tier, partitioner.OfTag(tenant, tag), Mark.Tag(tenant, tag)), cancellationToken);
    }

    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        var normal = PrefixRules.Normalize(prefix, engine.MaximumKeyLength);
        return InvalidateAsync((tier, partitioner) => MarkAsync(tier, partitioner.OfPrefix(tenant, normal), Mark.Prefix(tenant, normal)), cancellationToken);
    }

    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken) => InvalidateAsync(
        (tier, _) => Task.WhenAll(Enumerable.Range(0, tier.Partitions).Select(partition => MarkAsync(tier, partition, Mark.ClearOf(tenant)))), cancellationToken);

    public ICacheInvalidator ForTenant(string tenant)
    {
        KeyRules.Validate(tenant, engine.MaximumKeyLength);
        return new ForeignApplication(engine, applications, application, tenant);
    }

    private Task<Invalidation> MarkAsync(IRemoteTier tier, int partition, Mark mark) =>
        tier.InvalidateAsync(partition, mark, Known, CancellationToken.None).AsTask();

    private async ValueTask<InvalidationResult> InvalidateAsync(Func<IRemoteTier, Partitioner, Task> invalidate, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (applications is not null && await applications.FindAsync(application, cancellationToken).ConfigureAwait(false) is { } tier)
            {
                await invalidate(tier, new Partitioner(tier.Partitions)).ConfigureAwait(false);
                return new InvalidationResult(InvalidationStatus.Acknowledged);
            }

            CacheLog.NoSuchApplication(engine.Log, application);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            engine.RemoteFailed(exception);
        }

        return new InvalidationResult(InvalidationStatus.Rejected);
    }
}
