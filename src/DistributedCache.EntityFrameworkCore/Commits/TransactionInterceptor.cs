using System.Data.Common;
using DistributedCache.EntityFrameworkCore.Changes;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DistributedCache.EntityFrameworkCore.Commits;

/// <summary>Follows transactions from their beginning to their end. Savepoints have no name here, so what is rolled back to one
/// stays pending: the commit invalidates more than it must.</summary>
internal sealed class TransactionInterceptor(RunningSaves saves, PendingTransactions pending) : IDbTransactionInterceptor
{
    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        pending.Begin(result);
        return result;
    }

    public ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        pending.Begin(result);
        return ValueTask.FromResult(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Commit(transaction, eventData).Block();

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        Commit(transaction, eventData);

    public void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => pending.RollBack(transaction);

    public Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        pending.RollBack(transaction);
        return Task.CompletedTask;
    }

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Fail(transaction, eventData).Block();

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        Fail(transaction, eventData);

    private Task Commit(DbTransaction transaction, TransactionEventData eventData)
    {
        saves.MayBeCommitted(eventData.Context);
        return pending.CommitAsync(transaction);
    }

    /// <summary>A commit whose answer was lost may have taken place.</summary>
    private Task Fail(DbTransaction transaction, TransactionErrorEventData eventData) =>
        eventData.Action == "Commit" ? Commit(transaction, eventData) : Task.CompletedTask;
}
