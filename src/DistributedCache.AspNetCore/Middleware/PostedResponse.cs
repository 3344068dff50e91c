using System.Diagnostics.CodeAnalysis;
using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.AspNetCore.Storing;
using DistributedCache.Coherence;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The answer to a POST that says of itself that it is what a GET of the same target would get (RFC 9110, section 9.3.3): with a
/// <c>Content-Location</c> that is the target, and explicit freshness.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The stream holds memory alone.")]
internal sealed class PostedResponse
{
    private readonly CacheRequest _request;
    private readonly ResponseSite _site;
    private readonly CacheEngine _engine;
    private readonly SeenSnapshot _before;
    private readonly DateTimeOffset _requested;
    private readonly Stream _client;
    private readonly CaptureStream _capture;
    private DateTimeOffset _received;
    private StorageDecision _decision = new("not begun", default);
    private List<KeyValuePair<string, StringValues>>? _fields;
    private long? _length;
    private SeenSnapshot? _after;
    private TokenPart[] _invalidated = [];

    private PostedResponse(CacheRequest request, ResponseSite site, CacheEngine engine)
    {
        (_request, _site, _engine) = (request, site, engine);
        _before = engine.Coherence.Snapshot();
        _requested = site.Now;
        _client = request.Context.Response.Body;
        var front = request.Context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _capture = new CaptureStream(_client, site.Options.MaximumBodySize, () => ValueTask.FromResult(Begin()), () => front.StartAsync());
    }

    /// <summary>Begins to keep the answer; null where its policy lets it be of no use to others.</summary>
    public static PostedResponse? Capture(in KeyedRequest keyed, ResponseSite site, CacheEngine engine)
    {
        var (context, policy) = (keyed.Context, keyed.Policy);
        if (!policy.IsByHeadersAlone || policy.Code.Length > 0 || Array.Exists(policy.When, condition => !condition(context))) return null;
        var request = new CacheRequest(site, keyed, null, policy.TagsOf(context)) { Key = RequestKeys.Base(keyed) };
        context.Features.Set(request);
        var posted = new PostedResponse(request, site, engine);
        context.Response.Body = posted._capture;
        return posted;
    }

    /// <summary>Ends when the client has what was written so far.</summary>
    public Task Sent => _capture.Sent;

    /// <summary>Gives up an answer to which a cookie has been added as it started.</summary>
    public void Started()
    {
        if (_fields is not null && _request.Context.Response.Headers.SetCookie.Count > 0 && !_fields.Exists(static field => field.Key.Equals(HeaderNames.SetCookie, StringComparison.OrdinalIgnoreCase)))
            _decision = new StorageDecision("Set-Cookie", default);
    }

    /// <summary>Notes what the request itself has invalidated: its answer is newer than that. Where that has no number yet, nothing is stored.</summary>
    public void Invalidated(IReadOnlyList<ConsistencyToken> tokens)
    {
        if (tokens.All(static token => token.Parts.Length == 1)) (_invalidated, _after) = ([.. tokens.Select(static token => token.Parts[0])], _engine.Coherence.Snapshot());
    }

    /// <summary>Stores the answer, once all of it is there and what was stored before is invalid. It gives way to whatever anybody else
    /// has invalidated of it since the request began: it may be older.</summary>
    public async Task StoreAsync()
    {
        var response = _request.Context.Response;
        await response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await _capture.BeginAsync().ConfigureAwait(false);
        await _capture.Sent.ConfigureAwait(false);
        response.Body = _client;
        if (_decision.Against is not null || !_capture.IsWhole || (_length is { } length && length != _capture.Kept.Length)) return;
        if (!response.HasStarted) await response.StartAsync().ConfigureAwait(false);
        if (_decision.Against is not null || !_request.HasSoundTags) return;
        var stored = new StoredResponse(
            response.StatusCode, [.. _fields!], _capture.Trim(), Age.WhenReceived(response.Headers, _requested, _received), _received.ToUnixTimeMilliseconds(), _decision.Lifetime, Selection.All);
        var options = new TieredCacheEntryOptions
        {
            Duration = TimeSpan.FromMilliseconds(Math.Min(stored.FreshLeft, TieredCacheOptions.MaximumLifetime.TotalMilliseconds)),
            LocalDuration = _request.Policy.Options.LocalDuration,
            LocalSize = stored.Weight,
        };
        var call = _engine.Call<CachedItem>("", _request.Key, options, _request.Tags, isolates: false);
        if (_after is not null && await new Overtaking(_engine).IsExcludedAsync(call, _before, _after, _invalidated).ConfigureAwait(false))
            await new WritePath(_engine, tenant: "", isolates: false).SetMadeSinceAsync<CachedItem>(call, stored, _after, CancellationToken.None).ConfigureAwait(false);
    }

    private bool Begin()
    {
        _received = _site.Now;
        var response = _request.Context.Response;
        _length = response.ContentLength;
        _decision = IsOfTheTarget(response.Headers)
            ? StorageDecision.Of(_request, response.StatusCode, response.Headers, _received)
            : new StorageDecision("Content-Location", default);
        if (_decision.Against is null && (_decision.Lifetime.Fresh is not > 0 || response.Headers.Vary.Count > 0 || response.StatusCode != StatusCodes.Status200OK))
            _decision = new StorageDecision("no freshness", default);
        if (_decision.Against is null) _fields = StoredHeaders.Of(response.Headers, response.StatusCode, _received);
        else _capture.Forgo();
        return true;
    }

    private bool IsOfTheTarget(IHeaderDictionary headers)
    {
        var request = _request.Context.Request;
        var said = CacheControl.Parse(headers.CacheControl);
        if (said.MaxAge is null && said.SharedMaxAge is null && headers.Expires.Count == 0) return false;
        return headers[HeaderNames.ContentLocation].ToString() is { Length: > 0 } place
            && Uri.TryCreate($"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}{request.QueryString}", UriKind.Absolute, out var target)
            && Uri.TryCreate(target, place, out var named) && named == target;
    }
}
