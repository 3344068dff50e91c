using System.Net.Http.Json;
using DistributedCache.AspNetCore.Tests.Edge;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.AspNetCore.Tests.Docs;

public class EdgeSamples
{
    [Fact]
    public async Task Edges_AllOfThem_StartAndPurge()
    {
        await using var edge = await StandIn.StartAsync();
        var builder = Host.CreateApplicationBuilder(
        [
            "--Logging:LogLevel:Default=None", "--Edge:ServiceId=id", "--Edge:ApiToken=token", "--Edge:ZoneId=zone", "--Edge:Endpoint=" + edge.Address,
            "--Edge:ClientToken=c", "--Edge:ClientSecret=s", "--Edge:AccessToken=a", "--Edge:DistributionId=d", "--Edge:AccessKeyId=k", "--Edge:SecretAccessKey=x",
        ]);
        var edgeSection = builder.Configuration.GetSection("Edge");
        var token = "token";
        #region begin
        builder.Services.AddTieredCache()
            .AddFastlyEdge(options =>
            {
                options.ServiceId = "SU1Z0isxPaozGVKXdv0eY";
                options.ApiToken = token;
            });
        #endregion
        builder.Services.Configure<FastlyEdgeOptions>(options => options.Endpoint = edge.Address);

        #region varnish
        builder.Services.AddTieredCache()
            .AddVarnishEdge(options =>
            {
                options.Servers.Add(new Uri("http://varnish-1:6081"));
                options.Servers.Add(new Uri("http://varnish-2:6081"));
            });
        #endregion
        builder.Services.Configure<VarnishEdgeOptions>(options =>
        {
            options.Servers.Clear();
            options.Servers.Add(edge.Address);
        });

        #region cloudflare
        builder.Services.AddTieredCache()
            .AddCloudflareEdge(options =>
            {
                options.ZoneId = "023e105f4ecef8ad9ca31a8372d0c353";
                options.ApiToken = token;
            });
        #endregion
        builder.Services.Configure<CloudflareEdgeOptions>(options => options.Endpoint = edge.Address);

        #region akamai
        builder.Services.AddTieredCache()
            .AddAkamaiEdge(options =>
            {
                options.Endpoint = new Uri("https://akab-example.luna.akamaiapis.net");
                options.ClientToken = edgeSection["ClientToken"]!;
                options.ClientSecret = edgeSection["ClientSecret"]!;
                options.AccessToken = edgeSection["AccessToken"]!;
            });
        #endregion
        builder.Services.Configure<AkamaiEdgeOptions>(options => options.Endpoint = edge.Address);

        #region cloudfront
        builder.Services.AddTieredCache()
            .AddCloudFrontEdge(options =>
            {
                options.DistributionId = "EDFDVBD6EXAMPLE";
                options.AccessKeyId = edgeSection["AccessKeyId"]!;
                options.SecretAccessKey = edgeSection["SecretAccessKey"]!;
                options.TagHeader = "Cache-Tag";
            });
        #endregion
        builder.Services.Configure<CloudFrontEdgeOptions>(options => options.Endpoint = edge.Address);

        #region own
        builder.Services.AddTieredCache()
            .AddEdge<RelayPurger>("relay", tagHeader: "Cache-Tag");
        #endregion
        builder.Services.AddHttpClient("relay", client => client.BaseAddress = edge.Address);

        #region limits
        builder.Services.AddTieredCache()
            .ConfigureEdges(options =>
            {
                options.RequestTimeout = TimeSpan.FromSeconds(5);
                options.DrainTimeout = TimeSpan.FromSeconds(10);
            });
        #endregion

        edge.Answer = static context => context.Response.WriteAsJsonAsync(new { success = true });
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<ITieredCache>().RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        var lines = new List<string>();
        for (var i = 0; i < 6; i++) lines.Add((await edge.NextAsync()).Line);
        Assert.Equal(
            [
                "POST /2020-05-31/distribution/EDFDVBD6EXAMPLE/invalidation",
                "POST /ccu/v3/delete/tag/production",
                "POST /purges",
                "POST /service/SU1Z0isxPaozGVKXdv0eY/purge",
                "POST /zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache",
                "PURGE /",
            ],
            lines.Order(StringComparer.Ordinal));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Page_Vcl_IsWhatIsTested()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "DistributedCache.sln"))) root = Path.GetDirectoryName(root)!;

        var page = File.ReadAllText(Path.Combine(root, "docs", "edge.md")).ReplaceLineEndings("\n");

        Assert.Contains($"```vcl\n{VarnishServer.Configuration.ReplaceLineEndings("\n").TrimEnd()}\n```", page, StringComparison.Ordinal);
    }

    #region purger
    public sealed class RelayPurger(IHttpClientFactory clients) : IEdgePurger
    {
        public async ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
        {
            using var http = clients.CreateClient("relay");
            using var answer = await http.PostAsJsonAsync("/purges", tags, cancellationToken);
            answer.EnsureSuccessStatusCode();   // what is thrown is logged, and the tags are purged again
        }
    }
    #endregion
}
