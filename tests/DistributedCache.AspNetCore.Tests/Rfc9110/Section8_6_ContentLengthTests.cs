namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 8.6: what has no content says no length.</summary>
public class Section8_6_ContentLengthTests
{
    [Fact]
    public async Task Get_NoContentFromTheStore_SaysNoLength()
    {
        var origin = new Origin
        {
            Answer = static context =>
            {
                (context.Response.StatusCode, context.Response.Headers.CacheControl) = (204, "max-age=60");
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var hit = await app.GetAsync("/a");
        Assert.Contains("; hit", hit.CacheStatus, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", hit.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }
}
