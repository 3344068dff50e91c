using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DistributedCache.EntityFrameworkCore;

/// <summary>Says each thing once.</summary>
internal sealed class Warnings(ILogger log)
{
    // Names come from commands' texts, of which an application may write without end.
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Kind, string Name), bool> _said = new();

    public void TableNotMapped(string table)
    {
        if (IsFirst(nameof(TableNotMapped), table.ToUpperInvariant())) log.TableNotMapped(table);
    }

    public void TableUnknown(string command)
    {
        if (IsFirst(nameof(TableUnknown), command.ToUpperInvariant())) log.TableUnknown(command);
    }

    public void TagsFailed(Type entity, Exception exception)
    {
        if (IsFirst(nameof(TagsFailed), entity.FullName ?? entity.Name)) log.TagsFailed(entity.Name, exception);
    }

    public void TransactionForeign()
    {
        if (IsFirst(nameof(TransactionForeign), "")) log.TransactionForeign();
    }

    private bool IsFirst(string kind, string name) => _said.Count < Most && _said.TryAdd((kind, name), true);
}
