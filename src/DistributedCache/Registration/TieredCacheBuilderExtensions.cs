using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DistributedCache;
using DistributedCache.Registration;
using DistributedCache.Remote;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What a tiered cache can be given as it is added.</summary>
public static class TieredCacheBuilderExtensions
{
    /// <summary>Adds a profile, or goes on with the one of that name.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="name">The profile's name; names ignore case. <c>session</c>, <c>catalog</c>, <c>api</c> and <c>realtime</c>
    /// start from the preset of that name, which gives what <paramref name="configure"/> leaves null.</param>
    /// <param name="configure">Sets the profile's options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddProfile(this ITieredCacheBuilder builder, string name, Action<TieredCacheProfile>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        builder.Services.Configure<TieredCacheOptions>(builder.Name, options =>
        {
            if (!options.Profiles.TryGetValue(name, out var profile)) options.Profiles.Add(name, profile = new());
            configure?.Invoke(profile);
        });
        return builder;
    }

    /// <summary>Adds the serializer of a type, for all caches of these services.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="builder">The cache.</param>
    /// <param name="serializer">Its serializer.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddSerializer<T>(this ITieredCacheBuilder builder, IHybridCacheSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(serializer);
        builder.Services.AddSingleton(serializer);
        return builder;
    }

    /// <summary>Adds the serializer of a type, made by the services, for all caches of these services.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <typeparam name="TSerializer">Its serializer.</typeparam>
    /// <param name="builder">The cache.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddSerializer<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSerializer>(this ITieredCacheBuilder builder)
        where TSerializer : class, IHybridCacheSerializer<T>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHybridCacheSerializer<T>, TSerializer>();
        return builder;
    }

    /// <summary>Adds what makes serializers for many types, for all caches of these services. The last that was added is asked first.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="factory">Makes the serializers.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddSerializerFactory(this ITieredCacheBuilder builder, IHybridCacheSerializerFactory factory)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(factory);
        builder.Services.AddSingleton(factory);
        return builder;
    }

    /// <summary>Adds what makes serializers for many types, itself made by the services, for all caches of these services. The last
    /// that was added is asked first.</summary>
    /// <typeparam name="TFactory">Makes the serializers.</typeparam>
    /// <param name="builder">The cache.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddSerializerFactory<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFactory>(this ITieredCacheBuilder builder)
        where TFactory : class, IHybridCacheSerializerFactory
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHybridCacheSerializerFactory, TFactory>();
        return builder;
    }

    /// <summary>Sets the JSON options of this cache, for types that have no other serializer.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="json">The options; with a source-generated resolver they need no reflection.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>For the cache without a name they are registered as HybridCache's are, keyed by <c>typeof(IHybridCacheSerializer&lt;&gt;)</c>,
    /// and named caches without their own use them too; a named cache's are keyed by its name.</remarks>
    public static ITieredCacheBuilder WithJsonOptions(this ITieredCacheBuilder builder, JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(json);
        object key = builder.Name.Length == 0 ? typeof(IHybridCacheSerializer<>) : builder.Name;
        builder.Services.RemoveAllKeyed<JsonSerializerOptions>(key);
        builder.Services.AddKeyedSingleton(key, json);
        return builder;
    }

    /// <summary>Gives the cache a remote tier in memory, for tests: caches that are given the same one behave as nodes of one cluster.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="remote">The tier.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder UseInProcessRemote(this ITieredCacheBuilder builder, InProcessRemote remote)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(remote);
        if (builder.Name.Length == 0) builder.Services.AddSingleton<IRemoteTier>(remote);
        else builder.Services.AddKeyedSingleton<IRemoteTier>(builder.Name, remote);
        return builder;
    }

    /// <summary>Makes the cache the application's <see cref="Caching.Distributed.IDistributedCache"/>, whichever store was registered before.</summary>
    /// <param name="builder">The cache without a name.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The cache has a name: it is there under that key, and replaces nothing.</exception>
    public static ITieredCacheBuilder ReplaceDistributedCache(this ITieredCacheBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Name.Length > 0)
            throw new InvalidOperationException($"The cache '{builder.Name}' can't replace the application's IDistributedCache; only the one without a name can. It is there as a keyed service, '{builder.Name}'.");
        CacheRegistrations.AddTo(builder.Services, out var registrations);
        FrameworkServices.TakeDistributedCache(builder.Services, registrations);
        return builder;
    }
}
