using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DistributedCache.Registration;

/// <summary>Lays configuration over what code said, whichever was registered first: hence after all configuring.</summary>
internal sealed class OptionsBinding(CacheRegistration registration, IConfiguration? configuration) : IPostConfigureOptions<TieredCacheOptions>
{
    public void PostConfigure(string? name, TieredCacheOptions options)
    {
        if (name != registration.Name) return;
        foreach (var section in registration.SectionsIn(configuration)) Bind(section, options);
    }

    /// <summary>Binds value by value, since the binder stops at the first it can't read and all faults are to be told at once.</summary>
    private static void Bind(IConfiguration section, TieredCacheOptions options)
    {
        Declare(section, options);
        var target = new BoundOptions(options);
        foreach (var value in section.AsEnumerable(makePathsRelative: true))
        {
            if (value.Value is null) continue;
            var one = new ConfigurationBuilder().AddInMemoryCollection([value]).Build();
            try
            {
                one.Bind(target);
            }
            catch (InvalidOperationException e)
            {
                options.BindingFaults.Add(e.Message);
            }
        }
    }

    /// <summary>Adds the profiles that are named without a value, such as a preset's; and empties the prefixes that are configured:
    /// the binder adds to lists, but an operator who writes a profile's prefixes means these and no others.</summary>
    private static void Declare(IConfiguration section, TieredCacheOptions options)
    {
        foreach (var profile in section.GetSection(nameof(options.Profiles)).GetChildren())
        {
            if (!options.Profiles.TryGetValue(profile.Key, out var known)) options.Profiles.Add(profile.Key, known = new());
            if (profile.GetSection(nameof(TieredCacheProfile.Keys)).Exists()) known.Keys = null;
        }
    }
}
