using Microsoft.Extensions.Hosting;

namespace DistributedCache.Redis;

/// <summary>Finds settings that contradict the stored ones when the application starts, if Redis answers by then.</summary>
internal sealed class RedisStartup(RedisTier tier) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => tier.CheckAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
