using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore;

/// <summary>What <see cref="CacheResponseAttribute"/> can't say, since it is code.</summary>
public sealed class CacheResponseConditions
{
    internal List<Func<HttpContext, string?>> VaryBy { get; } = [];

    internal List<Func<HttpContext, bool>> When { get; } = [];

    /// <summary>Tells responses apart by a value of the request.</summary>
    /// <param name="value">The value, before the endpoint runs; null is a value of its own.</param>
    public CacheResponseConditions VaryByValue(Func<HttpContext, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        VaryBy.Add(value);
        return this;
    }

    /// <summary>Leaves requests alone for which this is false: they are neither answered from the cache nor stored.</summary>
    /// <param name="condition">The condition, before the endpoint runs.</param>
    public CacheResponseConditions OnlyWhen(Func<HttpContext, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        When.Add(condition);
        return this;
    }
}
