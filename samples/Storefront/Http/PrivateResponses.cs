namespace Storefront.Http;

internal static class PrivateResponses
{
    /// <summary>Lets no cache outside keep what these endpoints answer, whatever they answer.</summary>
    public static RouteGroupBuilder NeverShared(this RouteGroupBuilder group) =>
        group.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "private, no-store";
            return next(context);
        });
}
