using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>The cultures that middleware has set for a request choose its response, wherever they come from.</summary>
public class CultureTests
{
    [Theory]
    [InlineData("de;", "en;")]
    [InlineData(";de", ";en")]
    public async Task Get_OfAnotherCulture_IsAnotherResponse(string one, string other)
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => $"{CultureInfo.CurrentCulture.Name};{CultureInfo.CurrentUICulture.Name}").CacheResponse("catalog"),
            before: static app => app.Use((context, next) =>
            {
                var names = context.Request.Headers.Cookie.ToString().Split('=')[1].Split(';');
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (new Named(names[0]), new Named(names[1]));
                return next(context);
            }));
        Assert.Equal(one, (await app.GetAsync("/a", ("Cookie", $"culture={one}"))).Body);
        Assert.Equal(other, (await app.GetAsync("/a", ("Cookie", $"culture={other}"))).Body);
        Assert.Contains("; hit", (await app.GetAsync("/a", ("Cookie", $"culture={one}"))).CacheStatus, StringComparison.Ordinal);
    }

    /// <summary>The tests run without the system's cultures.</summary>
    private sealed class Named(string name) : CultureInfo("")
    {
        public override string Name => name;
    }
}
