using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Extensions.Caching.Hybrid.Internal;

/// <summary>Named like the factory that AddHybridCache registers.</summary>
internal sealed class DefaultJsonSerializerFactory : IHybridCacheSerializerFactory
{
    public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer) =>
        throw new InvalidOperationException("Asked.");
}
