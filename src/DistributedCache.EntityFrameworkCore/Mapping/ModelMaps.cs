using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DistributedCache.EntityFrameworkCore.Mapping;

/// <summary>The map seen through each model; a context's type can have several.</summary>
internal sealed class ModelMaps(CacheInvalidationMap map, Warnings warnings)
{
    private readonly ConditionalWeakTable<IModel, ModelMap> _models = [];

    public Warnings Warnings { get; } = warnings;

    public ModelMap Of(IModel model) => _models.GetValue(model, _ => new(map));
}
