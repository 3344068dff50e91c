using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.AspNetCore.Storing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>One run of the application for a request, its answer streaming to the client while it is kept.</summary>
/// <param name="site">The cache.</param>
/// <param name="request">The request.</param>
/// <param name="stale">What was stored before, asked for again by its validator.</param>
/// <param name="hasClient">Whether somebody waits for this very answer.</param>
/// <param name="stores">Whether the answer is stored if it may be.</param>
internal sealed class OriginRun(ResponseSite site, CacheRequest request, StoredResponse? stale, bool hasClient, bool stores)
{
    private readonly HttpResponse _response = request.Context.Response;
    private readonly bool _stores = stores && !request.IsHead;
    private DateTimeOffset _requested;
    private DateTimeOffset _received;
    private long _age;
    private RequestConditions _asked;
    private StorageDecision _decision;
    private List<KeyValuePair<string, StringValues>>? _fields;
    private Selection _selection = Selection.All;
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isKept;
    private bool _isRelieved;
    private bool _isToBeTagged;
    private long? _length;
    private int _status;
    private HeaderDictionary? _renewing;

    /// <summary>Ends as soon as it shows that the answer won't be stored.</summary>
    public Task Refused => _refused.Task;

    /// <summary>Runs it and answers what may be stored of it. Where nothing was sent of it, the response is as it was before.</summary>
    /// <exception cref="StaleInsteadException">The application failed, and a stale response may stand in; nothing was sent.</exception>
    public async Task<CachedItem> RunAsync(RequestDelegate next)
    {
        var client = _response.Body;
        KeyValuePair<string, StringValues>[] before = [.. _response.Headers];
        _requested = _received = site.Now;
        _asked = RequestConditions.Of(request.Context.Request.Headers);

        // What is stored has to be all of it, whatever this client has already: its own condition is held against the answer.
        _isRelieved = stale is not null || (_stores && !request.IsForPart);
        if (stale is not null) RequestConditions.Validating(stale, request.IsForPart ? _asked.Range : default).Put(request.Context.Request.Headers);
        else if (_isRelieved) default(RequestConditions).Put(request.Context.Request.Headers);
        var features = request.Context.Features;
        var front = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        var starting = new StartingResponse(response);
        features.Set<IHttpResponseFeature>(starting);
        var session = new SessionWatch(request.Context);
        CaptureStream? capture = null;
        capture = new CaptureStream(hasClient ? client : Stream.Null, _stores ? site.Options.MaximumBodySize : -1, async () =>
        {
            await starting.StartAsync().ConfigureAwait(false);
            request.UsesSession = session.IsUsed;
            var passes = Begin();
            if (!_isKept && _renewing is null) capture!.Forgo();
            return passes;
        }, () => front.StartAsync())
        {
            Forgone = _stores ? () => _refused.TrySetResult() : null,
        };
        _response.Body = capture;
        try
        {
            await next(request.Context).ConfigureAwait(false);

            // What the body's writer holds back counts as the body.
            await _response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await capture.BeginAsync().ConfigureAwait(false);
        }
        finally
        {
            _response.Body = client;
            if (hasClient) request.Sent = capture.Sent;
            session.End();
            features.Set(response);
            starting.Leave();
            _asked.Put(request.Context.Request.Headers);
            if (hasClient && !request.IsAnswered && !_response.HasStarted) Reset(before);
        }

        if (_renewing is not null) return Renewed(stale!, _renewing, before);
        return _isKept && capture.IsWhole && IsComplete(capture) ? Stored(capture.Trim()) : NotCacheable.Instance;
    }

    /// <summary>Looks at the response before its first byte; answers whether the client gets the body.</summary>
    private bool Begin()
    {
        _received = site.Now;
        _status = _response.StatusCode;
        var headers = _response.Headers;
        if (stale is not null && (_status == StatusCodes.Status304NotModified || (request.IsHead && Conditions.IsOfSame(_response, stale))))
        {
            _renewing = new HeaderDictionary(headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
            return false;
        }

        request.IsOutlived = request.IsHead && stale is not null && stale.AgeAt(site.Clock.UtcNow) < stale.Lifetime.Fresh && Conditions.IsOfAnother(_response, stale);
        if (stale is not null && _status >= 500 && request.MayStandIn(stale, Failures.Of(_status)))
            throw new StaleInsteadException($"The application answered {_status}.", Failures.Of(_status));
        _length = _response.ContentLength;
        _decision = StorageDecision.Of(request, _status, headers, _received);

        // An edge may keep what is too long for this cache.
        var isStorable = _stores && _decision.Against is null;
        _isKept = isStorable && (_length ?? 0) <= site.Options.MaximumBodySize;

        // An error that is not stored takes nothing's place.
        if (!_isKept && stale is not null && _status >= 500) request.IsRefused = true;
        var speaks = site.Edges.IsFor(request.Policy);
        var isForEdges = isStorable && request.IsForEdges;
        if (speaks && isForEdges) site.Edges.TryTag(headers, request.Tags);
        if (_isKept) (_fields, _selection) = (StoredHeaders.Of(headers, _status, _received), request.SelectionOf(headers));
        _isToBeTagged = _isKept && _status == StatusCodes.Status200OK && headers.ETag.Count == 0 && headers.LastModified.Count == 0;

        // Before the server puts a date of its own clock on it.
        _age = Age.WhenReceived(headers, _requested, _received);
        if (!hasClient) return false;

        // Its tag is made of the body: who may have it already waits for that.
        if (_isToBeTagged && _isRelieved && StoredHeaders.NamesOwnTag(_asked.IfNoneMatch)) return false;
        request.IsAnswered = true;
        if (speaks && isForEdges && !RequestUser.IsLoggedIn(request.Context)) site.Edges.Allow(headers, request.Policy, _decision.Lifetime, _age, isDoubtful: false);
        else if (speaks) site.Edges.Forbid(headers);
        site.Status.Forwarded(headers, request.Reason, _isKept, detail: _decision.Against ?? (isStorable && !_isKept ? "size" : null), key: request.Key);
        if (!_isRelieved || _status != StatusCodes.Status200OK || !_asked.AreMetBy(headers)) return true;
        ResponseWriter.SayUnchanged(_response);
        return false;
    }

    private StoredResponse Stored(ReadOnlyMemory<byte> body)
    {
        if (_isToBeTagged) _fields!.Add(StoredHeaders.TagOf(body.Span));
        return new StoredResponse(_status, [.. _fields!], body, _age, _received.ToUnixTimeMilliseconds(), _decision.Lifetime, _selection);
    }

    /// <summary>What a 304, or a HEAD, made of the stored response. It answers this request, whether or not it may still be stored.</summary>
    private StoredResponse Renewed(StoredResponse stored, IHeaderDictionary renewing, KeyValuePair<string, StringValues>[] before)
    {
        // What is asked about it sees it as it is now, and may change it.
        Reset(StoredHeaders.Renew(stored, renewing, _received), stored.Status);
        var headers = _response.Headers;
        foreach (var tag in request.StaleTags)
        {
            if (!request.Tags.Contains(tag)) request.Tags.Add(tag);
        }

        _decision = StorageDecision.Of(request, stored.Status, headers, _received);
        if (_decision.Against is not null) request.IsRefused = true;
        else if (request.IsForEdges && site.Edges.IsFor(request.Policy)) site.Edges.TryTag(headers, request.Tags);
        var response = new StoredResponse(
            stored.Status, [.. headers], stored.Body, Age.WhenReceived(renewing, _requested, _received), _received.ToUnixTimeMilliseconds(), _decision.Lifetime, request.SelectionOf(headers));
        Reset(before);
        return response;
    }

    /// <summary>An answer that says how long it is and was cut off is none.</summary>
    private bool IsComplete(CaptureStream capture) =>
        !request.Context.RequestAborted.IsCancellationRequested && (_length is not { } length || length == capture.Kept.Length);

    /// <summary>Puts other fields in the place of what was not sent.</summary>
    private void Reset(KeyValuePair<string, StringValues>[] fields, int status = StatusCodes.Status200OK)
    {
        _response.Headers.Clear();
        foreach (var (name, value) in fields) _response.Headers[name] = value;
        _response.StatusCode = status;
    }
}
