using DistributedCache.Diagnostics;
using DistributedCache.Registration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DistributedCache.Profiles;

/// <summary>A cache's options and profiles as they are now. A reload replaces both; readers see one or the other, whole.</summary>
internal sealed class ProfileSource : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly IOptionsMonitor<TieredCacheOptions> _monitor;
    private readonly Dictionary<string, int> _indexes = new(StringComparer.OrdinalIgnoreCase);
    private readonly IDisposable? _subscription;
    private volatile State _state;

    /// <exception cref="OptionsValidationException">The options are not valid; it has every fault.</exception>
    public ProfileSource(string name, IOptionsMonitor<TieredCacheOptions> monitor, ILogger logger)
    {
        _name = name;
        _monitor = monitor;
        // Subscribed before the first read, or a change between the two would be lost.
        lock (_lock)
        {
            _subscription = monitor.OnChange((_, changed) =>
            {
                if (changed == _name) Read();
            });
            try
            {
                _state = Make();
            }
            catch
            {
                _subscription?.Dispose();
                throw;
            }
        }

        if (ApplicationVersion.IsLeftPlain(Options.Version, Options.IsVersionDefault))
            logger.VersionLeftPlain(Options.Application, Options.Version);
    }

    /// <summary>Raised after <see cref="Current"/> changed, one reload at a time. A handler must not throw.</summary>
    public event Action? Changed;

    public ProfileSet Current => _state.Profiles;

    public TieredCacheOptions Options => _state.Options;

    /// <summary>The one of the cache of that name.</summary>
    public static ProfileSource Create(IServiceProvider services, string name) => new(
        name,
        services.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>(),
        services.GetService<ILogger<TieredCacheOptions>>() ?? (ILogger)NullLogger.Instance);

    public void Dispose() => _subscription?.Dispose();

    private void Read()
    {
        lock (_lock)
        {
            _state = Make();
            Changed?.Invoke();
        }
    }

    private State Make()
    {
        var options = _monitor.Get(_name);
        return new(options, ProfileSet.Create(options, IndexOf));
    }

    private int IndexOf(string profile)
    {
        if (!_indexes.TryGetValue(profile, out var index)) _indexes.Add(profile, index = _indexes.Count);
        return index;
    }

    private sealed record State(TieredCacheOptions Options, ProfileSet Profiles);
}
