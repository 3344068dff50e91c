using System.Globalization;
using System.Security.Claims;

namespace Storefront.Profiles;

/// <summary>A fake: it believes whoever says who he is. It only shows that a personal page is never shared.</summary>
internal static class SignInCookie
{
    private const string Name = "storefront-user";

    /// <summary>Makes the user of each request the one his cookie names.</summary>
    public static void UseSignIn(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (int.TryParse(context.Request.Cookies[Name], NumberStyles.None, CultureInfo.InvariantCulture, out var user))
        {
            var id = new Claim(ClaimTypes.NameIdentifier, user.ToString(CultureInfo.InvariantCulture));
            context.User = new ClaimsPrincipal(new ClaimsIdentity([id], Name));
        }

        return next(context);
    });

    /// <summary>The user's id; null where nobody is signed in.</summary>
    public static int? Find(ClaimsPrincipal user) =>
        user.FindFirst(ClaimTypes.NameIdentifier) is { } id ? int.Parse(id.Value, CultureInfo.InvariantCulture) : null;

    public static void Issue(HttpContext http, int user) =>
        http.Response.Cookies.Append(
            Name, user.ToString(CultureInfo.InvariantCulture), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
}
