using DistributedCache.EntityFrameworkCore.Commits;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Transaction = System.Transactions.Transaction;

namespace DistributedCache.EntityFrameworkCore.Changes;

/// <summary>Hands on what a save has changed when it is over.</summary>
internal sealed class SaveInterceptor(RunningSaves saves, Invalidations invalidations) : ISaveChangesInterceptor
{
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        BeginWithoutCommands(eventData.Context);
        return result;
    }

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        BeginWithoutCommands(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context).Block();
        return result;
    }

    public async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await Saved(eventData.Context).ConfigureAwait(false);
        return result;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData) => Failed(eventData.Context).Block();

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default) => Failed(eventData.Context);

    public void SaveChangesCanceled(DbContextEventData eventData) => Failed(eventData.Context).Block();

    public Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default) => Failed(eventData.Context);

    /// <summary>A provider without commands saves in one step: this is the last moment to see what it will be.</summary>
    private void BeginWithoutCommands(DbContext? context)
    {
        if (context is null || context.Database.IsRelational()) return;
        context.ChangeTracker.DetectChanges();
        saves.Begin(context);
    }

    private Task Saved(DbContext? context) =>
        saves.End(context) is { } save ? invalidations.AddAsync(context!, save.Tags()) : Task.CompletedTask;

    /// <summary>What a failed save wrote is gone, except where the transaction was committed before, or is yet to be by its owner.</summary>
    private Task Failed(DbContext? context) =>
        saves.End(context) is { } save && (save.MayBeCommitted || MayStay(context!)) ? invalidations.AddAsync(context!, save.Tags()) : Task.CompletedTask;

    private static bool MayStay(DbContext context) =>
        context.Database.CurrentTransaction is not null
        || context.Database.AutoTransactionBehavior is AutoTransactionBehavior.Never
        || Transaction.Current is not null;
}
