using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Storefront.Data;

internal static class StoreRegistration
{
    /// <summary>How long a writer waits for another instance's write lock, in seconds.</summary>
    private const int BusyTimeout = 30;

    /// <summary>Adds the database named by <c>ConnectionStrings:store</c>: a connection string, or just the file's path.</summary>
    public static IHostApplicationBuilder AddStore(this IHostApplicationBuilder builder)
    {
        var connection = ConnectionString(
            builder.Configuration.GetConnectionString("store"), Path.Combine(builder.Environment.ContentRootPath, "App_Data", "store.db"));
        if (Path.GetDirectoryName(connection.DataSource) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        builder.Services.AddDbContext<ShopContext>(options => options
            .UseSqlite(connection.ConnectionString)
            .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandExecuted, LogLevel.Debug))));
        builder.Services.AddHostedService<StoreSetup>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store");
        return builder;
    }

    private static SqliteConnectionStringBuilder ConnectionString(string? configured, string defaultFile)
    {
        if (string.IsNullOrWhiteSpace(configured)) configured = defaultFile;
        var connection = configured.Contains('=')
            ? new SqliteConnectionStringBuilder(configured)
            : new SqliteConnectionStringBuilder { DataSource = configured };
        connection.DefaultTimeout = BusyTimeout;
        return connection;
    }
}
