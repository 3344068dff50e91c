using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Storefront.Tests.Hosting;

/// <summary>Counts the queries that reach the database, and holds them back while it is closed.</summary>
public sealed class QueryGate : DbCommandInterceptor
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes when the first query is held back.</summary>
    public Task Arrived => _arrived.Task;

    public void Close() => _closed = true;

    public void Open() => _open.SetResult();

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _count);
        if (!_closed) return result;
        _arrived.TrySetResult();
        await _open.Task.WaitAsync(cancellationToken);
        return result;
    }
}
