using System.Net;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>Where a connection comes from.</summary>
/// <param name="Servers">The servers that were named, for a log while none of them is known to the client.</param>
/// <param name="OpenAsync">Opens the multiplexer, and has it tell of its sockets where it is ours; called once.</param>
/// <param name="Owns">Whether it is to be disposed by who opened it.</param>
internal sealed record ConnectionSource(
    IReadOnlyCollection<EndPoint> Servers, Func<SubscriptionSockets, Task<IConnectionMultiplexer>> OpenAsync, bool Owns)
{
    /// <summary>A connection of the cache's own.</summary>
    public static ConnectionSource Of(ConfigurationOptions options) => new(options.EndPoints, sockets => ConnectAsync(options.Clone(), sockets), Owns: true);

    /// <summary>A connection that is there already, or will be at first use.</summary>
    public static ConnectionSource Of(Func<IConnectionMultiplexer> connection) => new([], _ => Task.FromResult(connection()), Owns: false);

    private static async Task<IConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, SubscriptionSockets sockets)
    {
        sockets.Watch(options);
        return await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
    }
}
