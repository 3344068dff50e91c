using System.Globalization;

namespace Storefront.Profiles;

/// <summary>A fake: it believes whoever says who he is. It only shows that a personal page is never shared.</summary>
internal static class SignInCookie
{
    private const string Name = "storefront-user";

    public static int? Find(HttpContext http) =>
        int.TryParse(http.Request.Cookies[Name], NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;

    public static void Issue(HttpContext http, int user) =>
        http.Response.Cookies.Append(
            Name, user.ToString(CultureInfo.InvariantCulture), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax });
}
