using DistributedCache.AspNetCore.Headers;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore;

/// <summary>Names every option that is out of its range.</summary>
internal sealed class ResponseCachingOptionsValidator : IValidateOptions<TieredResponseCachingOptions>
{
    public ValidateOptionsResult Validate(string? name, TieredResponseCachingOptions options)
    {
        var faults = new List<string>();
        if (!HeaderText.IsToken(options.CacheName))
            faults.Add($"{nameof(options.CacheName)} is '{options.CacheName}'; it must be a token: letters, digits and !#$%&'*+-.^_`|~.");
        if (options.MaximumBodySize < 0) faults.Add($"{nameof(options.MaximumBodySize)} is {options.MaximumBodySize} bytes; it must be 0 or more.");
        CheckTime(options.NotCacheableFor, nameof(options.NotCacheableFor), TieredCacheOptions.MaximumLifetime);
        CheckTime(options.StaleWhenUnreachableFor, nameof(options.StaleWhenUnreachableFor), TieredCacheOptions.MaximumLifetime);
        CheckTime(options.ReadYourWritesFor, nameof(options.ReadYourWritesFor), TimeSpan.FromDays(1));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void CheckTime(TimeSpan time, string option, TimeSpan most)
        {
            if (time < TimeSpan.Zero || time > most) faults.Add($"{option} is {time}; it must be from zero to {most}.");
        }
    }
}
