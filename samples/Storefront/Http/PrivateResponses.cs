namespace Storefront.Http;

internal static class PrivateResponses
{
    /// <summary>Lets no cache outside keep what is under a path, whatever it answers. Before this shop's own cache, which tells users
    /// apart and never sees this.</summary>
    public static void UseNeverShared(this IApplicationBuilder app, string path) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(path),
        static branch => branch.Use(static (context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.CacheControl = "private, no-store";
                return Task.CompletedTask;
            });
            return next(context);
        }));
}
