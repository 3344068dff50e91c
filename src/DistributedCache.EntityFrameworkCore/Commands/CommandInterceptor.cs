using System.Data.Common;
using DistributedCache.EntityFrameworkCore.Changes;
using DistributedCache.EntityFrameworkCore.Commits;
using DistributedCache.EntityFrameworkCore.Mapping;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DistributedCache.EntityFrameworkCore.Commands;

/// <summary>Sees the first command of a save, and what commands change without one: <c>ExecuteUpdate</c>, <c>ExecuteDelete</c>, raw SQL.</summary>
internal sealed class CommandInterceptor(RunningSaves saves, ModelMaps models, Invalidations invalidations) : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        BeginSave(eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        BeginSave(eventData);
        return ValueTask.FromResult(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        BeginSave(eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        BeginSave(eventData);
        return ValueTask.FromResult(result);
    }

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Executed(command, eventData, result).Block();
        return result;
    }

    public override async ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await Executed(command, eventData, result).ConfigureAwait(false);
        return result;
    }

    // A query by raw SQL can write: UPDATE ... RETURNING.
    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        Executed(command, eventData, null).Block();
        return result;
    }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        await Executed(command, eventData, null).ConfigureAwait(false);
        return result;
    }

    private void BeginSave(CommandEventData eventData)
    {
        if (eventData is { CommandSource: CommandSource.SaveChanges, Context: { } context }) saves.Begin(context);
    }

    private Task Executed(DbCommand command, CommandExecutedEventData eventData, int? rows)
    {
        if (eventData.Context is not { } context) return Task.CompletedTask;
        if (eventData.CommandSource is not (CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw or CommandSource.FromSqlQuery))
            return Task.CompletedTask;
        // Only of EF Core's own commands the count is that of the rows changed; a raw text can hold several.
        if (rows == 0 && eventData.CommandSource is not CommandSource.ExecuteSqlRaw) return Task.CompletedTask;

        var tags = new HashSet<string>(StringComparer.Ordinal);
        var targets = SqlTargets.Find(command.CommandText, out var unknown);
        foreach (var target in targets)
        {
            var coarse = models.Of(context.Model).CoarseOf(context.Model, target).ToArray();
            if (coarse.Length == 0) models.Warnings.TableNotMapped(target.ToString());
            tags.UnionWith(coarse);
        }

        if (unknown is not null) models.Warnings.TableUnknown(unknown);
        return invalidations.AddAsync(context, command.Transaction, tags);
    }
}
