using DistributedCache.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DistributedCache.Registration;

/// <summary>
/// Makes a cache's options. At first what is not valid throws; afterwards the last valid options stand in for it, so that
/// neither <see cref="IOptionsMonitor{TOptions}"/> nor who asks it ever meets a configuration that broke under way.
/// </summary>
/// <remarks>The framework's monitor drops the old options before it makes the new ones, and lets what that throws out of the
/// callback of whoever reloaded.</remarks>
internal sealed class LastGoodOptionsFactory(
    IEnumerable<IConfigureOptions<TieredCacheOptions>> setups,
    IEnumerable<IPostConfigureOptions<TieredCacheOptions>> postConfigures,
    IEnumerable<IValidateOptions<TieredCacheOptions>> validations,
    ILogger logger) : IOptionsFactory<TieredCacheOptions>
{
    private readonly Lock _lock = new();
    private readonly OptionsFactory<TieredCacheOptions> _inner = new(setups, postConfigures, validations);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    public TieredCacheOptions Create(string name)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(name, out var known)) return Again(name, known);
            var options = _inner.Create(name);
            _known.Add(name, new Known(options));
            return options;
        }
    }

    private TieredCacheOptions Again(string name, Known known)
    {
        TieredCacheOptions options;
        try
        {
            options = _inner.Create(name);
        }
        catch (OptionsValidationException e)
        {
            var faults = string.Join(' ', e.Failures);
            // Every reader that makes its own options comes by here: one line for one state.
            if (known.Faults != faults) logger.ReloadRefused(name, faults);
            known.Faults = faults;
            return known.Options;
        }

        if (known.Faults is not null) logger.ReloadAccepted(name);
        known.Faults = null;

        var kept = string.Join(", ", RestartOnly.Keep(known.Options, options));
        if (kept.Length > 0 && kept != known.Kept) logger.RestartNeeded(name, kept);
        known.Kept = kept;
        known.Options = options;
        return options;
    }

    private sealed class Known(TieredCacheOptions options)
    {
        public TieredCacheOptions Options { get; set; } = options;

        /// <summary>The faults that were logged, while they last.</summary>
        public string? Faults { get; set; }

        /// <summary>The kept options that were logged, while they differ.</summary>
        public string Kept { get; set; } = "";
    }
}
