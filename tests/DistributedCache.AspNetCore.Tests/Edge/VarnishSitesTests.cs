using DistributedCache.AspNetCore.Edge.Varnish;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using DistributedCache.Remote.InProcess;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Each Varnish server is purged by itself.</summary>
public class VarnishSitesTests
{
    [Theory]
    [InlineData("http://varnish-1:6081", "varnish:varnish-1:6081")]
    [InlineData("http://VARNISH-1:6081/", "varnish:varnish-1:6081")]
    [InlineData("http://varnish-1", "varnish:varnish-1:80")]
    [InlineData("https://varnish-1", "varnish:varnish-1:443")]
    [InlineData("https://varnish-1/Relay/a", "varnish:varnish-1:443/Relay/a")]
    [InlineData("http://[::1]:6081", "varnish:[::1]:6081")]
    [InlineData("http://user:secret@varnish-1:6081#there", "varnish:varnish-1:6081")]
    public void NameOf_Server_SaysWhichAndNoSecret(string server, string name) => Assert.Equal(name, VarnishPurger.NameOf(new Uri(server)));

    [Fact]
    public async Task AddVarnishEdge_TwiceWithTheSameServer_PurgesItOnce()
    {
        await using var first = await StandIn.StartAsync();
        await using var second = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b => b
            .AddVarnishEdge(o => o.Servers.Add(first.Address))
            .AddVarnishEdge(o =>
            {
                o.Servers.Add(second.Address);
                o.Servers.Add(new Uri(first.Address, "/"));
            }), static o => o.MaxStaleness = TimeSpan.FromHours(1));

        await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);
        await first.NextAsync();
        await second.NextAsync();
        await host.Cache.RemoveByTagAsync("b", TestContext.Current.CancellationToken);

        Assert.Equal("b", (await first.NextAsync())["xkey-purge"]);
    }

    [Fact]
    public async Task RemoveByTag_OneServerIsGone_TheOthersQueueEmptiesAndTheGoneOnesIsBoundedByItself()
    {
        var pending = new InProcessSchedule(TimeProvider.System);
        await using var living = await StandIn.StartAsync();
        var gone = new Uri($"http://127.0.0.1:{Ports.Next()}");
        using var ofLiving = new PurgeCounts(VarnishPurger.NameOf(living.Address));
        using var ofGone = new PurgeCounts(VarnishPurger.NameOf(gone));
        await using var host = await StartAsync(pending, TimeSpan.FromMilliseconds(100), gone, living.Address);

        await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => Task.FromResult(ofLiving["purged"] == 2), static () => "The living server was not purged twice.");
        await Poll.UntilAsync(() => Task.FromResult(ofGone["failed"] > 0), static () => "The gone server was not asked.");
        Assert.Equal((0, 2), (Count(pending, living.Address), Count(pending, gone)));
        await host.Cache.RemoveByTagAsync("b", TestContext.Current.CancellationToken);

        string?[] purges = [(await living.NextAsync())["xkey-purge"], (await living.NextAsync())["xkey-purge"], (await living.NextAsync())["xkey-purge"]];
        Assert.Equal(["a", "a", "b"], purges);
        Assert.Equal((0, 0, 1), (ofLiving["failed"], ofLiving["dropped"], ofGone["dropped"]));
    }

    [Fact]
    public async Task Restart_ServersInAnotherOrder_EachGetsWhatIsPendingForIt()
    {
        var pending = new InProcessSchedule(TimeProvider.System);
        await using var living = await StandIn.StartAsync();
        await using var away = await StandIn.StartAsync();
        away.Answer = static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using (var host = await StartAsync(pending, TimeSpan.FromHours(1), away.Address, living.Address))
        {
            await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);
            await away.NextAsync();
            await living.NextAsync();
        }

        // The minute for which it was claimed is over.
        away.Answer = static _ => Task.CompletedTask;
        pending.MakeDue(List(away.Address));
        await using var next = await StartAsync(pending, TimeSpan.FromHours(1), living.Address, away.Address);

        Assert.Equal("a", (await away.NextAsync())["xkey-purge"]);
        Assert.Equal(0, living.Waiting);
    }

    // A server is asked once a batch, and one tag's purges are all that may wait.
    private static Task<EdgeHost> StartAsync(IRemoteSchedule pending, TimeSpan maxStaleness, params Uri[] servers) => EdgeHost.StartAsync(
        b =>
        {
            b.Services.AddSingleton(pending);
            b.ConfigureEdges(static o => (o.Attempts, o.PendingLimit, o.DrainTimeout) = (1, 2, TimeSpan.Zero));
            b.AddVarnishEdge(o =>
            {
                foreach (var server in servers) o.Servers.Add(server);
            });
        },
        o => o.MaxStaleness = maxStaleness);

    private static string List(Uri server) => $"purges:{VarnishPurger.NameOf(server)}";

    private static int Count(InProcessSchedule pending, Uri server) => pending.Count(List(server));
}
