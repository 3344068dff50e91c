using System.Net;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>The settings a client of ours gets where the user does not say otherwise: the defaults hide a hung server for
/// twenty seconds, and queue what can't be sent.</summary>
internal static class ClientSettings
{
    private const int TimeoutMs = 1_000;
    private const string Like = "It is like 'host:6379,host:6380,password=...'.";

    // Shorter than an operation's patience by default: what fails first then says why.
    private const int ConnectTimeoutMs = 750;

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">It is empty, names no server, or can't be read; the message never has its password.</exception>
    public static ConfigurationOptions Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException(
                $"The Redis connection string can't be read: {exception.Message} {Like}", nameof(connectionString), exception);
        }

        CheckServers(options, "The Redis connection string", nameof(connectionString));
        Harden(options, setting => connectionString.Contains(setting + "=", StringComparison.OrdinalIgnoreCase));
        return options;
    }

    /// <summary>Takes over settings that are there; what has the client's default is taken for not said.</summary>
    /// <exception cref="ArgumentException">They name no server, or one that is none.</exception>
    public static ConfigurationOptions Of(ConfigurationOptions given)
    {
        ArgumentNullException.ThrowIfNull(given);
        CheckServers(given, "The Redis configuration", nameof(given));
        var options = given.Clone();
        var untouched = new ConfigurationOptions { Defaults = options.Defaults };
        Harden(options, setting => setting switch
        {
            "keepAlive" => options.KeepAlive != untouched.KeepAlive,
            "connectTimeout" => options.ConnectTimeout != untouched.ConnectTimeout,
            "connectRetry" => options.ConnectRetry != untouched.ConnectRetry,
            "asyncTimeout" => options.AsyncTimeout != untouched.AsyncTimeout,
            _ => options.SyncTimeout != untouched.SyncTimeout,
        });
        return options;
    }

    private static void CheckServers(ConfigurationOptions options, string what, string parameter)
    {
        if (options.EndPoints.Count == 0) throw new ArgumentException($"{what} names no server. {Like}", parameter);

        // A URL would be taken for a host's name, and its password named wherever a server is.
        if (options.EndPoints.OfType<DnsEndPoint>().Any(static server => server.Host.AsSpan().ContainsAny("/@;? ")))
            throw new ArgumentException($"{what} has a server that is no host name; a URL is not understood. {Like}", parameter);
    }

    private static void Harden(ConfigurationOptions options, Func<string, bool> isSaid)
    {
        // An application starts, and goes on, without its Redis.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        options.HeartbeatConsistencyChecks = true;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        if (!isSaid("keepAlive")) options.KeepAlive = 1;
        if (!isSaid("connectTimeout")) options.ConnectTimeout = ConnectTimeoutMs;

        // Each further attempt would take as long again, and keep the reason to itself; it goes on connecting in any case.
        if (!isSaid("connectRetry")) options.ConnectRetry = 1;
        if (!isSaid("asyncTimeout")) options.AsyncTimeout = TimeoutMs;
        if (!isSaid("syncTimeout")) options.SyncTimeout = TimeoutMs;
    }
}
