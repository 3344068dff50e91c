using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DistributedCache.EntityFrameworkCore.Commits;

/// <summary>Invalidates tags in one cache. What is committed is committed: nothing of it fails the caller.</summary>
internal sealed class Invalidator(ITieredCache cache, ILogger log)
{
    private const int AtOnce = 64;

    public async Task InvalidateAsync(IReadOnlyCollection<string> tags)
    {
        if (tags.Count == 0) return;
        var failed = new ConcurrentQueue<(string Tag, Exception? Exception)>();
        // Not the caller's token: it has no say in what is committed.
        await Parallel.ForEachAsync(tags, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (tag, _) =>
        {
            try
            {
                var result = await cache.RemoveByTagAsync(tag, CancellationToken.None).ConfigureAwait(false);
                if (result.Status is InvalidationStatus.Rejected) failed.Enqueue((tag, null));
            }
            catch (Exception exception)
            {
                failed.Enqueue((tag, exception));
            }
        }).ConfigureAwait(false);
        if (failed.IsEmpty) return;
        log.InvalidationFailed(string.Join(", ", failed.Select(static f => f.Tag).Order(StringComparer.Ordinal)), failed.Select(static f => f.Exception).FirstOrDefault(static e => e is not null));
    }
}
