using System.Globalization;
using DistributedCache.AspNetCore.Headers;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>The fields of a hit in L1 that change with each second.</summary>
internal sealed class HitTexts(long seconds, long left, CacheStatus status)
{
    public long Seconds => seconds;

    public long Left => left;

    public CacheStatus Status => status;

    public StringValues Age { get; } = Math.Clamp(seconds, 0, DeltaSeconds.Greatest).ToString(CultureInfo.InvariantCulture);

    public StringValues CacheStatus { get; } = status.HitOf(left, "L1");
}
