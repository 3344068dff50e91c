using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;

namespace DistributedCache.EntityFrameworkCore.Commits;

/// <summary>The transactions that are open and what each has changed. One that is dropped without an end is collected with its tags.</summary>
internal sealed class PendingTransactions
{
    private readonly ConditionalWeakTable<DbTransaction, PendingTags> _begun = [];

    private readonly ConditionalWeakTable<DbTransaction, PendingTags> _foreign = [];

    private readonly ConditionalWeakTable<Transaction, PendingTags> _ambient = [];

    /// <summary>EF Core began a transaction. Drivers reuse the object of one that was dropped, whose tags must not stay.</summary>
    public void Begin(DbTransaction transaction)
    {
        _foreign.Remove(transaction);
        _begun.AddOrUpdate(transaction, new());
    }

    /// <summary>A transaction's tags, and whether EF Core began it, so that its commit will be seen.</summary>
    public PendingTags Of(DbTransaction transaction, out bool isForeign)
    {
        isForeign = !_begun.TryGetValue(transaction, out var pending);
        return pending ?? _foreign.GetOrCreateValue(transaction);
    }

    /// <summary>The tags of a <see cref="TransactionScope"/>'s transaction, which are invalidated as it completes.</summary>
    public PendingTags Of(Transaction transaction) => _ambient.GetValue(transaction, static transaction =>
    {
        var pending = new PendingTags();
        transaction.TransactionCompleted += (_, completed) =>
        {
            if (completed.Transaction?.TransactionInformation.Status is not TransactionStatus.Aborted) pending.InvalidateAsync().Block();
        };
        return pending;
    });

    public Task CommitAsync(DbTransaction transaction) => End(transaction)?.InvalidateAsync() ?? Task.CompletedTask;

    public void RollBack(DbTransaction transaction) => End(transaction);

    private PendingTags? End(DbTransaction transaction) =>
        _begun.Remove(transaction, out var begun) ? begun : _foreign.Remove(transaction, out var foreign) ? foreign : null;
}
