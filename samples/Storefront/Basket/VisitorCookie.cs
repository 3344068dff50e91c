namespace Storefront.Basket;

/// <summary>Who is shopping, before anybody has signed in: an id that can't be guessed, in a cookie.</summary>
internal static class VisitorCookie
{
    private const string Name = "storefront-visitor";

    /// <summary>Answers null where the visitor has none, or one that isn't ours: it becomes part of a key.</summary>
    public static string? Find(HttpContext http) =>
        Guid.TryParseExact(http.Request.Cookies[Name], "N", out var visitor) ? visitor.ToString("N") : null;

    public static string FindOrIssue(HttpContext http)
    {
        if (Find(http) is { } visitor) return visitor;
        visitor = Guid.NewGuid().ToString("N");
        // Not Secure, because the sample is served over plain HTTP. Yours is not.
        http.Response.Cookies.Append(Name, visitor, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true });
        return visitor;
    }
}
