namespace Storefront.Http;

internal static class OneHost
{
    /// <summary>Gives all requests one host. It is part of a response's key; behind a load balancer all instances are asked by the same,
    /// and here each by its own address.</summary>
    public static void UseOneHost(this IApplicationBuilder app, string host) => app.Use((context, next) =>
    {
        context.Request.Host = new HostString(host);
        return next(context);
    });
}
