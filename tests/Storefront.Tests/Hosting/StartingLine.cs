using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Storefront.Tests.Hosting;

/// <summary>Lets stores begin to look at their database only when all have opened it.</summary>
public sealed class StartingLine(int stores) : DbCommandInterceptor
{
    private readonly TaskCompletionSource _allAreHere = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = stores;

    public override async ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (!command.CommandText.StartsWith("PRAGMA journal_mode", StringComparison.Ordinal)) return result;
        if (Interlocked.Decrement(ref _missing) == 0) _allAreHere.SetResult();
        await _allAreHere.Task.WaitAsync(cancellationToken);
        return result;
    }
}
