using DistributedCache.EntityFrameworkCore.Mapping;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace DistributedCache.EntityFrameworkCore.Changes;

/// <summary>What one save writes: the tags of what was, and the entities to ask for the tags of what is.</summary>
internal sealed class Save(ModelMap map, Warnings warnings)
{
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);

    private readonly Dictionary<object, EntityEntry> _changed = new(ReferenceEqualityComparer.Instance);

    public bool MayBeCommitted { get; set; }

    public static Save Of(DbContext context, ModelMap map, Warnings warnings)
    {
        var save = new Save(map, warnings);
        var entries = Entries(context);
        var principals = new Principals(entries);
        foreach (var entry in entries.Where(static entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted))
            save.Add(entry, principals);
        return save;
    }

    /// <summary>All tags, once the save is over: only then keys that the database makes are known.</summary>
    public IReadOnlyCollection<string> Tags()
    {
        foreach (var entry in _changed.Values)
        {
            // Still added after the save: its changes were not accepted, and what the database made is not in the entity.
            Func<object> entity = entry.State is EntityState.Added ? entry.CurrentValues.ToObject : () => entry.Entity;
            foreach (var mapping in map.Of(entry.Metadata)) mapping.AddTo(_tags, entity, warnings);
        }

        return _tags;
    }

    private void Add(EntityEntry entry, Principals principals)
    {
        if (!_changed.TryAdd(entry.Entity, entry)) return;
        _tags.UnionWith(map.CoarseOf(entry.Metadata));
        if (entry.State is EntityState.Deleted) _tags.UnionWith(map.CascadesOf(entry.Metadata));
        if (entry.State is EntityState.Modified or EntityState.Deleted)
        {
            foreach (var mapping in map.Of(entry.Metadata)) mapping.AddTo(_tags, entry.OriginalValues.ToObject, warnings);
        }

        foreach (var key in ModelMap.PartOf(entry.Metadata))
        {
            if (principals.Find(entry, key) is { } principal) Add(principal, principals);
            else _tags.UnionWith(map.CoarseOf(key.PrincipalEntityType));
        }
    }

    /// <summary>The tracked entities as they are: to detect changes here, in the midst of a save, would alter what it writes.</summary>
    private static List<EntityEntry> Entries(DbContext context)
    {
        var tracker = context.ChangeTracker;
        var detects = tracker.AutoDetectChangesEnabled;
        tracker.AutoDetectChangesEnabled = false;
        try
        {
            return [.. tracker.Entries()];
        }
        finally
        {
            tracker.AutoDetectChangesEnabled = detects;
        }
    }
}
