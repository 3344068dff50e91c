using DistributedCache;
using DistributedCache.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the framework's output caching store in a tiered cache.</summary>
public static class TieredOutputCacheServiceExtensions
{
    /// <summary>Stores what <c>[OutputCache]</c> and its policies cache in this cache: in
    /// each process and the remote tier, invalidated by the cache's tags.</summary>
    /// <param name="builder">The default cache's.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="NotSupportedException">The cache is a named one.</exception>
    public static ITieredCacheBuilder AddTieredOutputCacheStore(this ITieredCacheBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Name.Length > 0) throw new NotSupportedException($"Output is cached in the default cache, not in '{builder.Name}'.");
        builder.Services.AddHttpContextAccessor();

        // AddOutputCache adds its own only where there is none.
        builder.Services.RemoveAll<IOutputCacheStore>();
        builder.Services.AddSingleton<IOutputCacheStore, TieredOutputCacheStore>();
        return builder;
    }
}
