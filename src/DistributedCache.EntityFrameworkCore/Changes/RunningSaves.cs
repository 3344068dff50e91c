using System.Runtime.CompilerServices;
using DistributedCache.EntityFrameworkCore.Mapping;
using Microsoft.EntityFrameworkCore;

namespace DistributedCache.EntityFrameworkCore.Changes;

/// <summary>The saves that have begun and not ended, by context: nothing of one is left when its context goes back to a pool.</summary>
internal sealed class RunningSaves(ModelMaps models)
{
    private readonly ConditionalWeakTable<DbContext, Save> _saves = [];

    /// <summary>Notes what a save is about to write. Called at its first command, when no other interceptor and no cascade
    /// changes anything any more, and without effect at the next ones.</summary>
    public void Begin(DbContext context)
    {
        if (!_saves.TryGetValue(context, out _)) _saves.Add(context, Save.Of(context, models.Of(context.Model), models.Warnings));
    }

    /// <summary>A transaction of the context was committed, or may have been: a save that goes on inside of it has come true.</summary>
    public void MayBeCommitted(DbContext? context)
    {
        if (context is not null && _saves.TryGetValue(context, out var save)) save.MayBeCommitted = true;
    }

    public Save? End(DbContext? context) => context is not null && _saves.Remove(context, out var save) ? save : null;
}
