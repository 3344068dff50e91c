using DistributedCache;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Profiles;
using DistributedCache.Redis;
using DistributedCache.Redis.Connection;
using DistributedCache.Registration;
using DistributedCache.Remote;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a cache's shared tier on Redis: a cluster, a master that Sentinel names, or one server.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Uses the Redis of a connection string, over a connection of the cache's own.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="connectionString">Servers and settings as StackExchange.Redis reads them: <c>host:6379,host:6380,password=...</c>;
    /// of a cluster any nodes; of Sentinel the sentinels and <c>serviceName=...</c>. Where it does not say otherwise, connecting and
    /// answers may take 1 s each.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The connection string is empty, names no server, or can't be read.</exception>
    /// <remarks>The application starts, and goes on, while Redis is away. A number of partitions that differs from the stored one, and a
    /// database number other than 0 on a cluster, are errors at start.</remarks>
    public static ITieredCacheBuilder UseRedis(this ITieredCacheBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var source = ConnectionSource.Of(ClientSettings.Parse(connectionString));
        return Use(builder, _ => source);
    }

    /// <summary>Uses the Redis of settings that no connection string can have, such as a certificate or a source of tokens, over a connection of
    /// the cache's own.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="options">Servers and settings; a copy is kept. Where a time limit has the client's default, connecting and answers may
    /// take 1 s each, as with a connection string.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">No server is named.</exception>
    /// <remarks>As <see cref="UseRedis(ITieredCacheBuilder, string)"/>.</remarks>
    public static ITieredCacheBuilder UseRedis(this ITieredCacheBuilder builder, ConfigurationOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var source = ConnectionSource.Of(ClientSettings.Of(options));
        return Use(builder, _ => source);
    }

    /// <summary>Uses a connection that is there already. It is neither disposed nor reconfigured; settings that would hide a hung server
    /// are named in the log.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="connection">The connection.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder UseRedis(this ITieredCacheBuilder builder, IConnectionMultiplexer connection)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connection);
        return Use(builder, _ => ConnectionSource.Of(() => connection));
    }

    /// <summary>Uses the <see cref="IConnectionMultiplexer"/> among the services, as <see cref="UseRedis(ITieredCacheBuilder, IConnectionMultiplexer)"/>.</summary>
    /// <param name="builder">The cache.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder UseRedis(this ITieredCacheBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Use(builder, static services => ConnectionSource.Of(() => services.GetService<IConnectionMultiplexer>()
            ?? throw new InvalidOperationException("UseRedis() found no IConnectionMultiplexer among the services: register one, or give UseRedis a connection string.")));
    }

    private static ITieredCacheBuilder Use(ITieredCacheBuilder builder, Func<IServiceProvider, ConnectionSource> source)
    {
        var name = builder.Name;
        if (name.Length == 0)
        {
            builder.Services.AddSingleton(services => Make(services, name, source(services)));
            builder.Services.AddSingleton<IRemoteTier>(static services => services.GetRequiredService<RedisTier>());
            builder.Services.AddSingleton<IRemoteApplications>(static services => services.GetRequiredService<RedisTier>());
            builder.Services.AddSingleton(static services => services.GetRequiredService<RedisTier>().Schedule);
            builder.Services.AddSingleton<IHostedService>(static services => new RedisStartup(services.GetRequiredService<RedisTier>()));
        }
        else
        {
            builder.Services.AddKeyedSingleton(name, (services, _) => Make(services, name, source(services)));
            builder.Services.AddKeyedSingleton<IRemoteTier>(name, static (services, key) => services.GetRequiredKeyedService<RedisTier>(key));
            builder.Services.AddKeyedSingleton<IRemoteApplications>(name, static (services, key) => services.GetRequiredKeyedService<RedisTier>(key));
            builder.Services.AddKeyedSingleton(name, static (services, key) => services.GetRequiredKeyedService<RedisTier>(key).Schedule);
            builder.Services.AddSingleton<IHostedService>(services => new RedisStartup(services.GetRequiredKeyedService<RedisTier>(name)));
        }

        return builder;
    }

    private static RedisTier Make(IServiceProvider services, string name, ConnectionSource source)
    {
        var options = services.GetCacheService<ProfileSource>(name).Options;
        var log = services.GetService<ILoggerFactory>()?.CreateLogger("DistributedCache.Redis") ?? NullLogger.Instance;
        var names = new PartitionNames(options.Application, options.Partitions);
        return new RedisTier(names, new RedisConnection(source, names, log), RedisTierSettings.Of(options), new CacheClock(options.TimeProvider), log);
    }
}
