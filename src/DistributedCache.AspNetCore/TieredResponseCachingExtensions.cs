using DistributedCache;
using DistributedCache.AspNetCore;
using DistributedCache.AspNetCore.Middleware;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Registers the caching of responses.</summary>
    public static class TieredResponseCachingServiceExtensions
    {
        /// <summary>Caches responses of endpoints that say so by <see cref="CacheResponseAttribute"/>, in this cache.</summary>
        /// <param name="builder">The default cache's.</param>
        /// <param name="configure">What holds for all of them.</param>
        /// <exception cref="NotSupportedException">The cache is a named one.</exception>
        public static ITieredCacheBuilder AddTieredResponseCaching(this ITieredCacheBuilder builder, Action<TieredResponseCachingOptions>? configure = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            if (builder.Name.Length > 0) throw new NotSupportedException($"Responses are cached in the default cache, not in '{builder.Name}'.");
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TieredResponseCachingOptions>, ResponseCachingOptionsValidator>());
            builder.Services.AddOptions<TieredResponseCachingOptions>().ValidateOnStart();
            if (configure is not null) builder.Services.Configure(configure);
            builder.Services.AddDataProtection();
            builder.Services.TryAddSingleton<EndpointAuthorization>();
            builder.Services.TryAddSingleton<EndpointPolicies>();
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PolicyCheck>());
            return builder.AddSerializer<CachedItem>(new CachedItemSerializer());
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Puts the caching of responses into the pipeline.</summary>
    public static class TieredResponseCachingApplicationExtensions
    {
        /// <summary>Answers from the cache what is there, and stores what may be. After routing, authentication and authorization, before
        /// what is to be cached.</summary>
        /// <param name="app">The application.</param>
        /// <exception cref="InvalidOperationException">The services lack <c>AddTieredResponseCaching</c>.</exception>
        public static IApplicationBuilder UseTieredResponseCaching(this IApplicationBuilder app) => app.UseTieredResponseCaching(static _ => { });

        /// <summary>Answers from the cache what is there, and stores what may be. After routing, authentication and authorization, before
        /// what is to be cached.</summary>
        /// <param name="app">The application.</param>
        /// <param name="configure">What holds here, over what the services say.</param>
        /// <exception cref="InvalidOperationException">The services lack <c>AddTieredResponseCaching</c>.</exception>
        /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
        public static IApplicationBuilder UseTieredResponseCaching(this IApplicationBuilder app, Action<TieredResponseCachingOptions> configure)
        {
            ArgumentNullException.ThrowIfNull(configure);
            ArgumentNullException.ThrowIfNull(app);
            if (app.ApplicationServices.GetService(typeof(EndpointPolicies)) is null)
                throw new InvalidOperationException("Responses can't be cached: call AddTieredCache(…).AddTieredResponseCaching() on the services first.");
            var options = ((IOptions<TieredResponseCachingOptions>)app.ApplicationServices.GetService(typeof(IOptions<TieredResponseCachingOptions>))!).Value.Copy();
            configure(options);
            var validity = new ResponseCachingOptionsValidator().Validate(null, options);
            if (validity.Failed) throw new OptionsValidationException(Options.DefaultName, typeof(TieredResponseCachingOptions), validity.Failures);
            return app.UseMiddleware<TieredResponseCachingMiddleware>(Options.Create(options));
        }

        /// <summary>Caches the responses of an endpoint or a group.</summary>
        /// <param name="builder">The endpoint or group.</param>
        /// <param name="profile">The profile whose lifetimes hold; null: what each response says of itself.</param>
        /// <param name="configure">Tags, what tells responses apart, and what only code can say.</param>
        public static TBuilder CacheResponse<TBuilder>(this TBuilder builder, string? profile = null, Action<CacheResponseAttribute>? configure = null)
            where TBuilder : IEndpointConventionBuilder
        {
            var attribute = new CacheResponseAttribute(profile);
            configure?.Invoke(attribute);
            if (attribute.ResultTags.Count > 0) builder.AddEndpointFilter((context, next) => ResultTags.AddAsync(context, next, attribute));
            return builder.WithMetadata(attribute);
        }
    }
}
