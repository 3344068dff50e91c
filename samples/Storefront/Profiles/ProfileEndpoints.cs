using Storefront.Http;

namespace Storefront.Profiles;

internal static class ProfileEndpoints
{
    public static void MapProfiles(this IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/me");
        me.MapGet("", ShowAsync).CacheResponse("personal", o => o.VaryByUser = true);
        me.MapPost("sign-in", SignInAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, UserProfiles profiles, CancellationToken cancellationToken) =>
        SignInCookie.Find(http.User) is { } user
            ? (await profiles.FindAsync(user, cancellationToken)).ToResult($"There is no user {user}.")
            : TypedResults.Problem("Nobody is signed in: POST /me/sign-in.", statusCode: StatusCodes.Status401Unauthorized);

    private static async Task<IResult> SignInAsync(SignIn signIn, HttpContext http, UserProfiles profiles, CancellationToken cancellationToken)
    {
        var profile = signIn.UserId is { } user ? (await profiles.FindAsync(user, cancellationToken)).Value : null;
        if (profile is null) return Faults.In("userId", signIn.UserId, "must be the id of a user");
        SignInCookie.Issue(http, profile.Id);
        return TypedResults.Ok(profile);
    }
}
