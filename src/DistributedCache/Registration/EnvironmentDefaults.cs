using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DistributedCache.Registration;

/// <summary>Takes from where the cache runs what its options' defaults depend on.</summary>
internal sealed class EnvironmentDefaults(IHostEnvironment? environment, TimeProvider? timeProvider) : IPostConfigureOptions<TieredCacheOptions>
{
    public void PostConfigure(string? name, TieredCacheOptions options) => options.FallBackTo(
        ApplicationName.For(environment?.ApplicationName, name ?? ""), timeProvider, environment?.IsDevelopment() ?? false);
}
