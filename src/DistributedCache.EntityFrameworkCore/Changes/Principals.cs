using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DistributedCache.EntityFrameworkCore.Changes;

/// <summary>Finds the tracked entity a foreign key points to; indexed by key when first asked for one.</summary>
internal sealed class Principals(IReadOnlyList<EntityEntry> entries)
{
    private readonly Dictionary<IKey, Dictionary<KeyValues, EntityEntry>> _indexes = [];

    public EntityEntry? Find(EntityEntry dependent, IForeignKey key)
    {
        if (!_indexes.TryGetValue(key.PrincipalKey, out var index)) _indexes.Add(key.PrincipalKey, index = Index(key.PrincipalKey));
        // A deleted row's key may be gone already; what it was says where the row belonged.
        var values = key.Properties.Select(property => dependent.Property(property)).Select(property =>
            dependent.State is EntityState.Deleted ? property.OriginalValue : property.CurrentValue);
        return index.GetValueOrDefault(new(values));
    }

    private Dictionary<KeyValues, EntityEntry> Index(IKey key)
    {
        var index = new Dictionary<KeyValues, EntityEntry>();
        foreach (var entry in entries.Where(entry => key.DeclaringEntityType.IsAssignableFrom(entry.Metadata)))
            index.TryAdd(new(key.Properties.Select(property => entry.Property(property).CurrentValue)), entry);
        return index;
    }

    private readonly struct KeyValues(IEnumerable<object?> values) : IEquatable<KeyValues>
    {
        private readonly object?[] _values = [.. values];

        public bool Equals(KeyValues other) => _values.AsSpan().SequenceEqual(other._values);

        public override bool Equals(object? obj) => obj is KeyValues other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var value in _values) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
