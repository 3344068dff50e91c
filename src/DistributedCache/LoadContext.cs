using System.Diagnostics.CodeAnalysis;
using DistributedCache.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache;

/// <summary>What a factory knows of its load, and what it can say about the value.</summary>
/// <remarks>One load has one context, used by its factory alone.</remarks>
public sealed class LoadContext
{
    private readonly Lock _lock = new();
    private readonly IServiceProvider? _services;
    private readonly IServiceScopeFactory? _scopes;
    private AsyncServiceScope? _scope;
    private List<string>? _tags;
    private bool _ended;
    private string? _validator;
    private bool _hasNamedValidator;

    /// <summary>Makes a context that hands out these services as they are; for calling a factory in a test.</summary>
    /// <param name="services">What <see cref="Services"/> answers.</param>
    /// <param name="minimumSourceVersion">What <see cref="MinimumSourceVersion"/> answers.</param>
    public LoadContext(IServiceProvider? services = null, long minimumSourceVersion = 0) =>
        (_services, MinimumSourceVersion) = (services, minimumSourceVersion);

    private LoadContext(IServiceScopeFactory? scopes, bool _) => _scopes = scopes;

    internal static LoadContext ForLoad(IServiceScopeFactory? scopes, IRunningLoad? load = null) => new(scopes, default) { Load = load };

    /// <summary>Services in a scope of this load's own, made when first asked for and disposed when the factory's task has ended.</summary>
    /// <remarks>A load outlives the request that began it: take what it needs from here, never from the request.</remarks>
    /// <exception cref="InvalidOperationException">The cache was made without a service provider, or the load has ended.</exception>
    public IServiceProvider Services
    {
        get
        {
            if (_services is not null) return _services;
            lock (_lock)
            {
                if (_ended) throw new InvalidOperationException("The load has ended, and its services with it: take what a factory needs from LoadContext.Services before its task completes.");
                if (_scopes is null) throw new InvalidOperationException("This cache was made without a service provider, so a load has no services.");
                return (_scope ??= _scopes.CreateAsyncScope()).ServiceProvider;
            }
        }
    }

    /// <summary>The lowest version that what the factory reads may have, as <see cref="ITieredCache.RequireSourceVersion"/> was told it; 0:
    /// any will do. A replica that is behind it has yet to hear of something that was invalidated: read the source itself, wait, or
    /// call <see cref="DoNotStore"/>.</summary>
    public long MinimumSourceVersion { get; internal set; }

    /// <summary>Tags for the entry, besides those the caller gave.</summary>
    public ICollection<string> Tags => _tags ??= [];

    /// <summary>The fresh lifetime of this value; null: what the call or the profile says. Zero or less: it is not stored. More than
    /// <see cref="TieredCacheOptions.MaximumLifetime"/> counts as that.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>How long this value may be served after its fresh lifetime; null: what the call or the profile says. Less than zero
    /// counts as zero, and more than <see cref="TieredCacheOptions.MaximumLifetime"/> as that.</summary>
    public TimeSpan? StaleFor { get; set; }

    /// <summary>The weight of this value in this process, in bytes, from 1; null: what the call says, else an estimate.</summary>
    public long? LocalSize { get; set; }

    /// <summary>What identifies this version of the value at its source, such as an ETag. It is kept with the entry; when the entry
    /// has become stale and is loaded again, it is found here.</summary>
    public string? Validator
    {
        get => _validator;
        set => (_validator, _hasNamedValidator) = (value, true);
    }

    /// <summary>Whether there is an earlier value that <see cref="NotModified{T}"/> can keep.</summary>
    public bool HasStale { get; private set; }

    /// <summary>The earlier value, whose lifetime is over; null where there is none.</summary>
    public object? Stale { get; private set; }

    /// <summary>The load this is the context of; null where nothing is cached.</summary>
    internal IRunningLoad? Load { get; init; }

    internal bool Stores { get; private set; } = true;

    internal bool KeepsStale { get; private set; }

    /// <summary>What identifies the value that the factory answers: what it said, or, of a value that is kept, what was known. A new
    /// value does not inherit the earlier one's.</summary>
    internal string? NamedValidator => KeepsStale || _hasNamedValidator ? _validator : null;

    internal IReadOnlyList<string> NamedTags => _tags ?? (IReadOnlyList<string>)[];

    /// <summary>Offers the earlier value.</summary>
    internal void Offer(object? stale, string? validator)
    {
        HasStale = true;
        Stale = stale;
        _validator = validator;
    }

    /// <summary>Answers the value to those who wait, and stores it nowhere.</summary>
    public void DoNotStore() => Stores = false;

    /// <summary>The earlier value, if there is one of this type.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The earlier value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetStale<T>([MaybeNullWhen(false)] out T value)
    {
        if (HasStale && Stale is T stale)
        {
            value = stale;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Says that the earlier value is still current: it is kept, and is fresh again. Return what this returns.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The earlier value.</returns>
    /// <exception cref="InvalidOperationException">There is no earlier value of that type.</exception>
    public T NotModified<T>()
    {
        if (!HasStale) throw new InvalidOperationException("There is no earlier value to keep: look at LoadContext.HasStale before you ask the source for what is new.");
        if (Stale is not T && (Stale is not null || default(T) is not null))
            throw new InvalidOperationException($"The earlier value is a {Stale?.GetType().ToString() ?? "null"}, not a {typeof(T)}.");
        KeepsStale = true;
        return (T)Stale!;
    }

    /// <summary>Ends the load: whatever scope it made is disposed.</summary>
    internal ValueTask EndAsync()
    {
        lock (_lock)
        {
            _ended = true;
            if (_scope is not { } scope) return ValueTask.CompletedTask;
            _scope = null;
            return scope.DisposeAsync();
        }
    }
}
