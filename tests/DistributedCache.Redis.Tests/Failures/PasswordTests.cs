using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>Connection strings that are wrong, and what is said of them: never the password.</summary>
public sealed class PasswordTests
{
    private const string Secret = "s3cr3t-of-the-tests", Wrong = "wr0ng-of-the-tests";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData($",password={Wrong}")]
    [InlineData($",user=nobody,password={Wrong}")]
    [InlineData("")]
    public async Task Start_WithAWrongPassword_LoadsAndSaysWhyButNotThePassword(string credentials)
    {
        await using var server = await StartAsync();
        var logs = new RecordedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs);

        // On a busy machine the client may know why only after the usual limits.
        builder.Services.AddTieredCache(static o => (o.Application, o.Version, o.RemoteTimeout) = (SharedRedisCluster.NewApplication(), "v1", TimeSpan.FromSeconds(10)))
            .UseRedis($"{server.ConnectionString}{credentials},connectTimeout=5000");
        using var host = builder.Build();
        var began = Stopwatch.GetTimestamp();
        await host.StartAsync(Stop);
        var cache = host.Services.GetRequiredService<ITieredCache>();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("loaded", await cache.GetOrCreateAsync($"product:{i}", 0, static (_, _, _) => ValueTask.FromResult("loaded"), cancellationToken: Stop));
            Assert.Equal(InvalidationStatus.Queued, (await cache.SetAsync($"country:{i}", "set", cancellationToken: Stop)).Status);
        }

        // Half of what it takes where each of them waits for the servers.
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(100), "Calls wait for servers that are known to be away.");
        await Poll.UntilAsync(() => Task.FromResult(logs.Of(20).Count > 0), () => string.Join('\n', logs.All));
        await host.StopAsync(Stop);
        var away = Assert.Single(logs.Of(20));
        Assert.Contains(server.ConnectionString, away, StringComparison.Ordinal);

        // What fails first, on a busy machine, may come before the client knows why.
        Assert.Matches("WRONGPASS|NOAUTH|AuthenticationFailure|not connected", away);
        Assert.DoesNotContain(logs.All, static line => line.Contains(Secret, StringComparison.Ordinal) || line.Contains(Wrong, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cache_WithTheRightPassword_IsShared()
    {
        await using var server = await StartAsync();
        var application = SharedRedisCluster.NewApplication();
        await using var a = new Node($"{server.ConnectionString},password={Secret}", application);
        await using var b = new Node($"{server.ConnectionString},password={Secret}", application);
        await a.UntilWritingAsync("product:1");
        Assert.Equal("warm", (await b.Cache.GetAsync<string>("product:1", cancellationToken: Stop)).Value);
    }

    private static async Task<RedisSingle> StartAsync()
    {
        var server = await RedisSingle.StartAsync();
        await server.Server.ExecuteAsync("CONFIG", "SET", "requirepass", Secret);
        return server;
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData($"password={Wrong}")]
    [InlineData($",,,password={Wrong}")]
    [InlineData($"localhost:6379,password={Wrong},noSuchOption=1")]
    [InlineData($"localhost:6379,password={Wrong},connectTimeout=soon")]
    [InlineData($"localhost:6379,password={Wrong},ssl=maybe")]
    [InlineData($"localhost:6379,pasword={Wrong}")]
    [InlineData($"localhost:99999999,password={Wrong}")]
    [InlineData($"redis://user:{Wrong}@localhost:6379")]
    [InlineData($"redis://:{Wrong}@localhost:6379/0")]
    [InlineData($"localhost:6379 password={Wrong}")]
    [InlineData($"localhost:6379;password={Wrong}")]
    [InlineData($"Server=localhost;Password={Wrong}")]
    public void UseRedis_WithAConnectionStringThatIsNone_SaysSoWithoutThePassword(string connectionString)
    {
        var builder = new ServiceCollection().AddTieredCache();
        var error = Assert.ThrowsAny<ArgumentException>(() => builder.UseRedis(connectionString));
        Assert.Contains("connection", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Wrong, error.ToString(), StringComparison.Ordinal);
    }
}
