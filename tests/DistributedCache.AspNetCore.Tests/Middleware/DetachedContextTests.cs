using System.Security.Claims;
using DistributedCache.AspNetCore.Middleware;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

public sealed class DetachedContextTests
{
    private readonly DefaultHttpContext _origin = new();

    [Fact]
    public void Of_RequestBeingAnswered_MakesNothingInItsContext()
    {
        // As its server reads them while the answer goes out.
        var before = _origin.Features.Select(static feature => feature.Key).ToArray();
        Detach();
        Assert.Equal(before, _origin.Features.Select(static feature => feature.Key));
    }

    [Fact]
    public void Of_RequestWithAUserAndRouteValues_HasThem()
    {
        _origin.User = new ClaimsPrincipal(new ClaimsIdentity("test"));
        _origin.Request.RouteValues["id"] = "42";
        var detached = Detach();
        Assert.Same(_origin.User, detached.User);
        Assert.Equal("42", detached.Request.RouteValues["id"]);
    }

    private DefaultHttpContext Detach() => DetachedContext.Of(_origin, new ServiceCollection().BuildServiceProvider(), CancellationToken.None);
}
