using DistributedCache.Registration;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>Finds every fault of some options at once.</summary>
/// <param name="path">What the options are called.</param>
/// <param name="check">Adds the faults.</param>
internal sealed class EdgeOptionsValidator<T>(string path, Action<T, OptionFaults> check) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var faults = EdgeFaults.Of(name, path);
        check(options, faults);
        return faults.All.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.All);
    }
}
