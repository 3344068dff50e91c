using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Storefront.Data;

namespace Storefront.Tests.Hosting;

/// <summary>One running instance of the storefront, with a clock and a gate before its database.</summary>
public sealed class TestStore(StoreFile? shared = null, string environment = "Development", StartingLine? startingLine = null) : WebApplicationFactory<Program>
{
    private readonly StoreFile? _own = shared is null ? SeededStore.Copy() : null;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public QueryGate Queries { get; } = new();

    public RequestEnds Requests { get; } = new();

    /// <summary>A visitor with cookies of his own.</summary>
    public Visitor Visit() => new(CreateClient());

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(environment);
        builder.UseSetting("ConnectionStrings:store", (shared ?? _own!).Path);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton<IStartupFilter>(Requests);
            services.ConfigureDbContext<ShopContext>(options =>
            {
                options.AddInterceptors(Queries);
                if (startingLine is not null) options.AddInterceptors(startingLine);
            });
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _own?.Dispose();
    }
}
