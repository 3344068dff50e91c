using DistributedCache.EntityFrameworkCore.Changes;
using DistributedCache.EntityFrameworkCore.Commands;
using DistributedCache.EntityFrameworkCore.Commits;
using DistributedCache.EntityFrameworkCore.Mapping;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DistributedCache.EntityFrameworkCore;

/// <summary>One type of context invalidating one cache: the interceptors, which all contexts of the type share.</summary>
internal sealed class InvalidationSource
{
    public InvalidationSource(ITieredCache cache, string name, CacheInvalidationMap map, PendingTransactions pending, ILoggerFactory? loggers)
    {
        var category = typeof(InvalidationSource).Namespace!;
        var log = loggers?.CreateLogger(name.Length == 0 ? category : $"{category}.{name}") ?? NullLogger.Instance;
        var models = new ModelMaps(map, new Warnings(log));
        var invalidations = new Invalidations(new Invalidator(cache, log), pending, models.Warnings);
        var saves = new RunningSaves(models);
        Saves = new(saves, invalidations);
        Commands = new(saves, models, invalidations);
        Transactions = new(saves, pending);
    }

    public SaveInterceptor Saves { get; }

    public CommandInterceptor Commands { get; }

    public TransactionInterceptor Transactions { get; }
}
