using System.Net;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace Storefront.Tests.Hosting;

/// <summary>One instance on a port and the clock of the machine, with Redis behind it.</summary>
public sealed class RealStore : WebApplicationFactory<Program>
{
    private readonly StoreFile _file;
    private readonly string _redis;
    private readonly string _application;

    /// <param name="file">The database, which instances may share.</param>
    /// <param name="redis">The connection string.</param>
    /// <param name="application">The cache's application: instances with the same share what is cached.</param>
    public RealStore(StoreFile file, string redis, string application)
    {
        (_file, _redis, _application) = (file, redis, application);
        UseKestrel(port: 0);
    }

    public WarningLines Warnings { get; } = new();

    public RealStore Start()
    {
        StartServer();
        return this;
    }

    /// <summary>A visitor whose cookies are in <paramref name="jar"/>; like a browser's they are the host's, whatever the port.</summary>
    public Visitor Visit(CookieContainer? jar = null) =>
        new(new HttpClient(new HttpClientHandler { CookieContainer = jar ?? new() }) { BaseAddress = ClientOptions.BaseAddress });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:store", _file.Path);
        builder.UseSetting("ConnectionStrings:redis", _redis);
        builder.UseSetting("TieredCache:Application", _application);
        builder.UseSetting("TieredCache:RemoteTimeout", $"{Patience.OfTheCache}");
        builder.UseSetting("TieredCache:MaxStaleness", "00:00:20"); // Nor is a late heartbeat: what is followed here messages tell of.
        builder.UseSetting("TieredCache:Version", "1"); // Else the tests' own, which nobody set.
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Warnings));
    }
}
