using Microsoft.Extensions.Configuration;

namespace DistributedCache.Registration;

/// <summary>One cache that was added, however often.</summary>
internal sealed class CacheRegistration(string name)
{
    private const string Section = "TieredCache";

    private readonly List<IConfiguration> _sections = [];

    public string Name { get; } = name;

    /// <summary>Takes a section in place of the cache's usual one.</summary>
    public void Add(IConfiguration section) => _sections.Add(section);

    /// <summary>What the cache is configured from; without any configuration, nothing.</summary>
    public IReadOnlyList<IConfiguration> SectionsIn(IConfiguration? configuration)
    {
        if (_sections.Count > 0) return _sections;
        return configuration is null ? [] : [configuration.GetSection(Name.Length == 0 ? Section : $"{Section}:Caches:{Name}")];
    }
}
