using DistributedCache.EntityFrameworkCore.Mapping;

namespace DistributedCache.EntityFrameworkCore;

/// <summary>Says which tags an entity's rows are cached under. What is not mapped invalidates nothing.</summary>
/// <remarks>
/// A mapped base type or interface holds for all entities of that type, besides what they are mapped to themselves. A function
/// is called with the entity as it was and as it is after the save, so that tags made of changed values are invalidated for
/// both; of the entity as it was only the mapped properties are set, its navigations are empty.
/// </remarks>
public sealed class CacheInvalidationMap
{
    private readonly List<EntityMapping> _mappings = [];

    internal CacheInvalidationMap()
    {
    }

    internal IReadOnlyList<EntityMapping> Mappings => _mappings;

    /// <summary>Maps an entity to one tag for all its rows.</summary>
    /// <typeparam name="T">The entity, a base type of entities or an interface they have.</typeparam>
    /// <param name="coarse">The tag that any change to the entity's table invalidates, such as <c>products</c>.</param>
    /// <returns>The same map.</returns>
    /// <exception cref="ArgumentException">The tag is empty.</exception>
    /// <exception cref="InvalidOperationException">The type is mapped already.</exception>
    public CacheInvalidationMap Entity<T>(string coarse) where T : class
    {
        ArgumentNullException.ThrowIfNull(coarse);
        return Add<T>(static _ => [], coarse);
    }

    /// <summary>Maps an entity to a tag for each row.</summary>
    /// <typeparam name="T">The entity, a base type of entities or an interface they have.</typeparam>
    /// <param name="tag">Answers the row's tag, such as <c>product:42</c>; null for none.</param>
    /// <param name="coarse">The tag that any change to the entity's table invalidates, such as <c>products</c>; without it what
    /// <c>ExecuteUpdate</c>, <c>ExecuteDelete</c> and raw SQL do to the table invalidates nothing, and is warned of once.</param>
    /// <returns>The same map.</returns>
    /// <exception cref="ArgumentException">The coarse tag is empty.</exception>
    /// <exception cref="InvalidOperationException">The type is mapped already.</exception>
    public CacheInvalidationMap Entity<T>(Func<T, string?> tag, string? coarse = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(tag);
        return Add<T>(entity => [tag((T)entity)], coarse);
    }

    /// <summary>Maps an entity to several tags for each row.</summary>
    /// <typeparam name="T">The entity, a base type of entities or an interface they have.</typeparam>
    /// <param name="tags">Answers the row's tags; those that are null are left out.</param>
    /// <param name="coarse">The tag that any change to the entity's table invalidates; see the overload with one tag.</param>
    /// <returns>The same map.</returns>
    /// <exception cref="ArgumentException">The coarse tag is empty.</exception>
    /// <exception cref="InvalidOperationException">The type is mapped already.</exception>
    public CacheInvalidationMap Entity<T>(Func<T, IEnumerable<string?>> tags, string? coarse = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(tags);
        return Add<T>(entity => tags((T)entity), coarse);
    }

    private CacheInvalidationMap Add<T>(Func<object, IEnumerable<string?>> tags, string? coarse)
    {
        if (coarse is not null && string.IsNullOrWhiteSpace(coarse))
            throw new ArgumentException($"The coarse tag of {typeof(T).Name} is empty; give it a name, such as 'products', or leave it out.", nameof(coarse));
        if (_mappings.Exists(static mapping => mapping.Type == typeof(T)))
            throw new InvalidOperationException($"{typeof(T).Name} is mapped already; one line gives all its tags.");
        _mappings.Add(new(typeof(T), tags, coarse));
        return this;
    }
}
