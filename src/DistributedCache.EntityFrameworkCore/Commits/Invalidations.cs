using System.Data.Common;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DistributedCache.EntityFrameworkCore.Commits;

/// <summary>The one way from a change to its invalidation: at the commit of the transaction it is part of, or at once without one.</summary>
internal sealed class Invalidations(Invalidator invalidator, PendingTransactions pending, Warnings warnings)
{
    public Task AddAsync(DbContext context, IReadOnlyCollection<string> tags) =>
        AddAsync(context, context.Database.IsRelational() ? context.Database.CurrentTransaction?.GetDbTransaction() : null, tags);

    public Task AddAsync(DbContext? context, DbTransaction? transaction, IReadOnlyCollection<string> tags)
    {
        if (tags.Count == 0) return Task.CompletedTask;
        if (transaction is not null)
        {
            var open = pending.Of(transaction, out var isForeign);
            open.Add(invalidator, tags);
            if (!isForeign) return Task.CompletedTask;
            // Its owner may commit it where no interceptor hears of it. Too early is better than never.
            warnings.TransactionForeign();
        }
        else if (Ambient(context) is { } ambient)
        {
            pending.Of(ambient).Add(invalidator, tags);
            return Task.CompletedTask;
        }

        return invalidator.InvalidateAsync(tags);
    }

    private static Transaction? Ambient(DbContext? context) =>
        (context is not null && context.Database.IsRelational() ? context.Database.GetEnlistedTransaction() : null) ?? Transaction.Current;
}
