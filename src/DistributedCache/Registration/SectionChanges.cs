using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.Registration;

/// <summary>Tells the options' monitor when a cache's configuration changed.</summary>
internal sealed class SectionChanges(CacheRegistration registration, IConfiguration? configuration) : IOptionsChangeTokenSource<TieredCacheOptions>
{
    public string Name => registration.Name;

    public IChangeToken GetChangeToken()
    {
        var tokens = registration.SectionsIn(configuration).Select(section => section.GetReloadToken()).ToList();
        return tokens.Count switch
        {
            0 => new CancellationChangeToken(CancellationToken.None),
            1 => tokens[0],
            _ => new CompositeChangeToken(tokens),
        };
    }
}
