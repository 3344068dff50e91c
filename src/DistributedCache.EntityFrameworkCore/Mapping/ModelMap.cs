using System.Collections.Concurrent;
using DistributedCache.EntityFrameworkCore.Commands;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DistributedCache.EntityFrameworkCore.Mapping;

/// <summary>What a model's entities and tables are mapped to.</summary>
internal sealed class ModelMap(CacheInvalidationMap map)
{
    private readonly ConcurrentDictionary<IEntityType, EntityMapping[]> _mappings = new();

    private readonly ConcurrentDictionary<IEntityType, string[]> _cascades = new();

    public EntityMapping[] Of(IEntityType entity) =>
        _mappings.GetOrAdd(entity, static (entity, all) => [.. all.Where(mapping => mapping.Type.IsAssignableFrom(entity.ClrType))], map.Mappings);

    /// <summary>The coarse tags of an entity.</summary>
    public IEnumerable<string> CoarseOf(IEntityType entity) => Of(entity).Select(static mapping => mapping.Coarse).OfType<string>();

    /// <summary>The coarse tags of what the database itself changes when a row of an entity is deleted.</summary>
    public string[] CascadesOf(IEntityType entity) => _cascades.GetOrAdd(entity, deleted =>
    {
        var reached = new HashSet<IEntityType>();
        Follow(deleted, reached);
        return [.. reached.SelectMany(CoarseOf).Distinct()];
    });

    /// <summary>The coarse tags a command on a table stands for; none where nothing of the table is mapped to one.</summary>
    public IEnumerable<string> CoarseOf(IModel model, SqlTarget target)
    {
        var entities = model.GetEntityTypes().Where(entity => entity.GetTableMappings().Any(table => target.Is(table.Table.Schema, table.Table.Name))).ToArray();
        var tags = entities.Concat(entities.SelectMany(static entity => PartOf(entity).Select(static key => key.PrincipalEntityType))).SelectMany(CoarseOf);
        return target.IsDelete ? tags.Concat(entities.SelectMany(CascadesOf)) : tags;
    }

    /// <summary>The keys to the entities a row is part of: the owner of an owned one, both ends of a many-to-many row.</summary>
    public static IEnumerable<IForeignKey> PartOf(IEntityType entity) =>
        entity.GetForeignKeys().Where(static key => key.IsOwnership || key.GetReferencingSkipNavigations().Any());

    private static void Follow(IEntityType deleted, HashSet<IEntityType> reached)
    {
        foreach (var key in deleted.GetReferencingForeignKeys())
        {
            if (key.DeleteBehavior is not (DeleteBehavior.Cascade or DeleteBehavior.SetNull)) continue;
            if (reached.Add(key.DeclaringEntityType) && key.DeleteBehavior is DeleteBehavior.Cascade) Follow(key.DeclaringEntityType, reached);
        }
    }
}
