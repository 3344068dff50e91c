using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What each edge is sent, byte for byte where it is not a signature.</summary>
public class PurgerRequestTests
{
    [Fact]
    public async Task Fastly_Tag_IsPurgedSoftlyByKey()
    {
        await using var edge = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b => b.AddFastlyEdge(o =>
        {
            o.ServiceId = "SU1Z0isxPaozGVKXdv0eY";
            o.ApiToken = "token";
            o.Endpoint = edge.Address;
            o.Soft = true;
        }));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        var request = await edge.NextAsync();
        Assert.Equal("POST /service/SU1Z0isxPaozGVKXdv0eY/purge", request.Line);
        Assert.Equal("token", request["Fastly-Key"]);
        Assert.Equal("1", request["Fastly-Soft-Purge"]);
        Assert.Equal("application/json; charset=utf-8", request["Content-Type"]);
        Assert.Equal("""{"surrogate_keys":["product-42"]}""", request.Body);
    }

    [Fact]
    public async Task Fastly_Hard_SaysNothingOfSoft()
    {
        await using var edge = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b => b.AddFastlyEdge(o =>
        {
            (o.ServiceId, o.ApiToken, o.Endpoint) = ("id", "token", edge.Address);
        }));

        await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);

        Assert.Null((await edge.NextAsync())["Fastly-Soft-Purge"]);
    }

    [Theory]
    [InlineData("/client/v4")]
    [InlineData("/client/v4/")]
    public async Task Cloudflare_Tag_IsPurged(string path)
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context => context.Response.WriteAsync("""{"success":true,"errors":[],"messages":[],"result":{"id":"1"}}""");
        await using var host = await EdgeHost.StartAsync(b => b.AddCloudflareEdge(o =>
        {
            o.ZoneId = "023e105f4ecef8ad9ca31a8372d0c353";
            o.ApiToken = "token";
            o.Endpoint = new Uri(edge.Address, path);
        }));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        var request = await edge.NextAsync();
        Assert.Equal("POST /client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache", request.Line);
        Assert.Equal("Bearer token", request["Authorization"]);
        Assert.Equal("application/json; charset=utf-8", request["Content-Type"]);
        Assert.Equal("""{"tags":["product-42"]}""", request.Body);
    }

    [Theory]
    [InlineData(true, false, "POST /ccu/v3/invalidate/tag/production")]
    [InlineData(false, true, "POST /ccu/v3/delete/tag/staging")]
    public async Task Akamai_Tag_IsPurged(bool soft, bool staging, string line)
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.Created;
            return Task.CompletedTask;
        };
        await using var host = await EdgeHost.StartAsync(b => b.AddAkamaiEdge(o =>
        {
            (o.Endpoint, o.ClientToken, o.ClientSecret, o.AccessToken) = (edge.Address, "akab-client", "secret", "akab-access");
            (o.Soft, o.Staging) = (soft, staging);
        }));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        var request = await edge.NextAsync();
        Assert.Equal(line, request.Line);
        Assert.Equal("application/json", request["Content-Type"]);
        Assert.Equal("""{"objects":["product-42"]}""", request.Body);
        Assert.Matches(
            @"^EG1-HMAC-SHA256 client_token=akab-client;access_token=akab-access;timestamp=\d{8}T\d\d:\d\d:\d\d\+0000;nonce=[0-9a-f-]{36};signature=[A-Za-z0-9+/]{43}=$",
            request["Authorization"]);
    }

    [Fact]
    public async Task CloudFront_Tag_IsInvalidatedAsAPath()
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.Created;
            return Task.CompletedTask;
        };
        await using var host = await EdgeHost.StartAsync(b => b.AddCloudFrontEdge(o =>
        {
            (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.SessionToken) = ("EDFDVBD6EXAMPLE", "AKIDEXAMPLE", "secret", "session");
            o.Endpoint = edge.Address;
        }));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        var request = await edge.NextAsync();
        Assert.Equal("POST /2020-05-31/distribution/EDFDVBD6EXAMPLE/invalidation", request.Line);
        Assert.Equal("text/xml", request["Content-Type"]);
        Assert.Equal("session", request["X-Amz-Security-Token"]);
        Assert.Matches(@"^\d{8}T\d{6}Z$", request["X-Amz-Date"]);
        Assert.Matches(
            @"^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/us-east-1/cloudfront/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$",
            request["Authorization"]);
        XNamespace space = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
        var batch = XElement.Parse(request.Body);
        Assert.Equal(space + "InvalidationBatch", batch.Name);
        Assert.Equal("1", batch.Element(space + "Paths")!.Element(space + "Quantity")!.Value);
        Assert.Equal(["#product-42"], batch.Element(space + "Paths")!.Element(space + "Items")!.Elements(space + "Path").Select(static path => path.Value));
        Assert.NotEmpty(batch.Element(space + "CallerReference")!.Value);
    }

    [Theory]
    [InlineData("fastly", "POST /relay/service/id/purge")]
    [InlineData("cloudflare", "POST /relay/zones/id/purge_cache")]
    [InlineData("akamai", "POST /relay/ccu/v3/delete/tag/production")]
    [InlineData("cloudfront", "POST /relay/2020-05-31/distribution/id/invalidation")]
    public async Task AnyEdge_AddressWithAPath_IsAskedUnderIt(string name, string line)
    {
        await using var edge = await StandIn.StartAsync();
        var relay = new Uri(edge.Address, "/relay/");
        await using var host = await EdgeHost.StartAsync(b => _ = name switch
        {
            "fastly" => b.AddFastlyEdge(o => (o.ServiceId, o.ApiToken, o.Endpoint) = ("id", "token", relay)),
            "cloudflare" => b.AddCloudflareEdge(o => (o.ZoneId, o.ApiToken, o.Endpoint) = ("id", "token", relay)),
            "akamai" => b.AddAkamaiEdge(o => (o.Endpoint, o.ClientToken, o.ClientSecret, o.AccessToken) = (relay, "c", "s", "a")),
            _ => b.AddCloudFrontEdge(o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.Endpoint) = ("id", "a", "s", relay)),
        });

        await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);

        Assert.Equal(line, (await edge.NextAsync()).Line);
    }

    [Fact]
    public async Task AnyEdge_AnswersWithARedirection_IsNotFollowed()
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = static context =>
        {
            if (context.Request.Path != "/login") context.Response.Redirect("/login");
            return Task.CompletedTask;
        };
        await using var host = await EdgeHost.StartAsync(b => b.AddFastlyEdge(o => (o.ServiceId, o.ApiToken, o.Endpoint) = ("id", "token", edge.Address)));

        await host.Cache.RemoveByTagAsync("a", TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, edge.Waiting);
        while (edge.Waiting > 0) Assert.Equal("POST /service/id/purge", (await edge.NextAsync()).Line);
    }

    [Theory]
    [InlineData(true, "xkey-softpurge", "xkey-purge")]
    [InlineData(false, "xkey-purge", "xkey-softpurge")]
    public async Task Varnish_Tag_IsPurgedOnEveryServer(bool soft, string header, string absent)
    {
        await using var first = await StandIn.StartAsync();
        await using var second = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b => b.AddVarnishEdge(o =>
        {
            o.Servers.Add(first.Address);
            o.Servers.Add(second.Address);
            o.Soft = soft;
        }));

        await host.Cache.RemoveByTagAsync("product-42", TestContext.Current.CancellationToken);

        foreach (var server in (StandIn[])[first, second])
        {
            var request = await server.NextAsync();
            Assert.Equal("PURGE /", request.Line);
            Assert.Equal("product-42", request[header]);
            Assert.Null(request[absent]);
        }
    }

    [Fact]
    public async Task AnyEdge_OfANamedCache_HasTheOptionsOfItsOwn()
    {
        await using var edge = await StandIn.StartAsync();
        await using var unnamed = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b =>
        {
            b.AddVarnishEdge(o => o.Servers.Add(unnamed.Address));
            b.Services.AddTieredCache("orders").AddVarnishEdge(o => o.Servers.Add(edge.Address));
        });

        await host.Services.GetRequiredKeyedService<ITieredCache>("orders").RemoveByTagAsync("a", TestContext.Current.CancellationToken);

        Assert.Equal("a", (await edge.NextAsync())["xkey-purge"]);
        Assert.Equal(0, unnamed.Waiting);
    }

    [Fact]
    public async Task AnyEdge_TenantsTag_IsTheTenantsOwn()
    {
        await using var edge = await StandIn.StartAsync();
        await using var host = await EdgeHost.StartAsync(b => b.AddVarnishEdge(o => o.Servers.Add(edge.Address)));

        await host.Cache.ForTenant("acme").RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Matches("^catalog__[a-z2-7]{16}$", (await edge.NextAsync())["xkey-purge"]);
    }
}
