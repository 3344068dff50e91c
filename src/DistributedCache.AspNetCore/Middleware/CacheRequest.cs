using System.Globalization;
using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.Expiry;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>One request for which the cache is asked, and how far its own answer has come.</summary>
/// <param name="site">The cache.</param>
/// <param name="keyed">The request, with what its key is made of.</param>
/// <param name="profile">The lifetimes of the profile that the policy names.</param>
/// <param name="tags">The tags of its response; what makes the response adds some.</param>
internal sealed class CacheRequest(ResponseSite site, KeyedRequest keyed, EntryPolicy? profile, List<string> tags) : IAcceptance<CachedItem>
{
    private readonly Lock _lock = new();
    private readonly RequestDemands _demands = RequestDemands.Of(keyed.Context.Request.Headers);
    private bool _isOver;
    private bool _isOverdue;

    public HttpContext Context => keyed.Context;

    public CacheResponsePolicy Policy => keyed.Policy;

    public EntryPolicy? Profile => profile;

    public List<string> Tags => tags;

    /// <summary>Whether its tags can be.</summary>
    public bool HasSoundTags => site.CanTagWith(tags);

    /// <summary>The tags of the stale response that is asked for again, which keeps them if it is renewed: the application names some only
    /// where it makes a body.</summary>
    public IEnumerable<string> StaleTags { get; set; } = [];

    /// <summary>The cultures that were set for it.</summary>
    public (CultureInfo Formats, CultureInfo Texts) Culture { get; init; } = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);

    public KeyedRequest Keyed => keyed;

    /// <summary>Whether it asks for fields alone. What it is answered is no response to a GET, but may renew one (RFC 9111, section 4.3.5).</summary>
    public bool IsHead { get; } = HttpMethods.IsHead(keyed.Context.Request.Method);

    public bool OnlyRenews => IsHead;

    /// <summary>Whether it is a part of a response that is looked for, to be kept as one.</summary>
    public bool IsForPart => keyed.IsForPart;

    /// <summary>Whether an edge can tell its responses from others.</summary>
    public bool IsForEdges => !Policy.IsPersonal && keyed.Values.Count == 0;

    /// <summary>What the request says of caching.</summary>
    public CacheControl Asked => _demands.Asked;

    /// <summary>Why the request went on to the application, where it did.</summary>
    public string Reason { get; set; } = "uri-miss";

    /// <summary>The key that is asked for.</summary>
    public string Key { get; set; } = "";

    /// <summary>The fields that told the key's variant apart; null for the key of all variants, whose response is there to say the fields.</summary>
    public string[]? Variant { get; set; }

    /// <summary>Whether the application has used the session of who asks.</summary>
    public bool UsesSession { get; set; }

    /// <summary>How long code says that the response is fresh.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>Whether what was stored may not be any more.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Whether what is stored is fresh still, though a HEAD showed another representation.</summary>
    public bool IsOutlived { get; set; }

    /// <summary>The application's run for this very request.</summary>
    public Task<CachedItem>? Running { get; set; }

    /// <summary>Whether that run has a context of its own. One that has not uses the request's, which nobody else may until it has ended.</summary>
    public bool RunsApart { get; set; }

    /// <summary>Whether its answer is on its way to the client.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Ends when the client has it, be it after all who wait for the same.</summary>
    public Task Sent { get; set; } = Task.CompletedTask;

    /// <summary>How the application has failed this request, if it did. A run that takes so long that it is asked has, whoever began it.</summary>
    public Failure Failure => Running switch
    {
        null or { IsCompletedSuccessfully: true } => _isOverdue ? Failure.Error : Failure.None,
        { Exception.InnerException: StaleInsteadException instead } => instead.Failure,
        { Exception.InnerException: { } exception } => Failures.Of(exception),
        _ => Failure.Error,
    };

    /// <summary>A request like this one that nobody waits for; null once this one is over, whose context is then another's.</summary>
    /// <param name="services">Its services; null for one that only waits to be detached again.</param>
    /// <param name="aborted">Cancelled when it is given up.</param>
    public CacheRequest? Detach(IServiceProvider? services = null, CancellationToken aborted = default)
    {
        lock (_lock)
        {
            if (_isOver) return null;
            var detached = new CacheRequest(site, keyed with { Context = DetachedContext.Of(Context, services, aborted) }, profile, [.. tags]) { Reason = Reason, Key = Key, Variant = Variant, StaleTags = StaleTags, Culture = Culture };
            detached.Context.Features.Set(detached);
            return detached;
        }
    }

    /// <summary>Whether it is answered.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock) return _isOver;
        }
    }

    /// <summary>Its context may not be used any more.</summary>
    public void End()
    {
        lock (_lock) _isOver = true;
    }

    /// <summary>Whether a response was chosen by what this request says in the fields that choose.</summary>
    public bool Selects(StoredResponse stored) => ResponseFit.IsSelected(keyed, stored);

    /// <summary>Whether its key is that of who asks, as the application sees him.</summary>
    public bool IsOfWhoAsks => RequestUser.IsUnchanged(keyed);

    /// <summary>For which requests a response to this one is.</summary>
    public Selection SelectionOf(IHeaderDictionary response)
    {
        var names = VaryField.Parse(response.Vary) ?? [];
        if (names.Length == 0) return Selection.All;
        var language = keyed.Policy.IsByHeadersAlone && names.Contains("accept-language") && HeaderText.Members(response.ContentLanguage) is [var only] ? only.ToLowerInvariant() : null;
        return new Selection(names, RequestKeys.Selection(keyed, names), language is null ? null : RequestKeys.Selection(keyed, names, language));
    }

    /// <summary>Whether it answers this request as it is. One that is for others is an answer too: it says what to look for.</summary>
    public bool IsFresh(CachedItem value)
    {
        if (value is not StoredResponse stored) return true;
        if (!Selects(stored)) return Variant is null;
        if (!ResponseFit.HasAcceptedCoding(keyed, stored)) return Refuse("vary-miss");
        var age = stored.AgeAt(site.Clock.UtcNow);
        if (age >= (stored.Lifetime.Fresh ?? 0)) return Refuse("stale");
        if (IsForPart && !ResponseFit.Covers(Context.Request.Headers, stored)) return Refuse("partial");
        return _demands.AllowFresh(stored, age) || Refuse("request");

        bool Refuse(string reason)
        {
            Reason = reason;
            return false;
        }
    }

    public void Overdue() => _isOverdue = true;

    public bool MayStandIn(CachedItem value) => value is not StoredResponse stored || MayStandIn(stored, Failure);

    /// <summary>Whether a response may be served though it is not fresh, or not as fresh as the request wants it.</summary>
    public bool MayStandIn(StoredResponse stored, Failure failure)
    {
        if (!Selects(stored) || !ResponseFit.HasAcceptedCoding(keyed, stored) || (IsForPart && !ResponseFit.Covers(Context.Request.Headers, stored))) return false;
        var over = stored.AgeAt(site.Clock.UtcNow) - (stored.Lifetime.Fresh ?? 0);
        if (over < 0) return failure != Failure.None;
        if (stored.Lifetime.MustRevalidate) return false;
        if (_demands.AllowStale(over)) return true;
        if (failure == Failure.None) return !_demands.WantNewer && over < stored.Lifetime.WhileRevalidate;
        return over < stored.Lifetime.IfError || (failure == Failure.Unreachable && !stored.Lifetime.LimitsErrors && over < site.UnreachableFor(Policy));
    }
}
