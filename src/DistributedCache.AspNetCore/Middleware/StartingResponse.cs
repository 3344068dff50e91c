using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The response that the application sees: what it wants done as the response starts is done before the cache looks at it. Sessions,
/// flash messages and much middleware set their cookies and headers only then.</summary>
/// <param name="response">The response in front of the cache.</param>
internal sealed class StartingResponse(IHttpResponseFeature response) : IHttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private bool _isStarting;

    public int StatusCode
    {
        get => response.StatusCode;
        set => response.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => response.ReasonPhrase;
        set => response.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => response.Headers;
        set => response.Headers = value;
    }

    [Obsolete("As in the interface.")]
    public Stream Body
    {
        get => response.Body;
        set => response.Body = value;
    }

    public bool HasStarted => response.HasStarted;

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (_isStarting) response.OnStarting(callback, state);
        else _starting.Push((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => response.OnCompleted(callback, state);

    /// <summary>Does what is to be done, the last first, as servers do.</summary>
    public async ValueTask StartAsync()
    {
        while (_starting.TryPop(out var next)) await next.Callback(next.State).ConfigureAwait(false);
        _isStarting = true;
    }

    /// <summary>Leaves what was not done to the response in front, which starts with something else.</summary>
    public void Leave()
    {
        if (response.HasStarted) return;
        foreach (var (callback, state) in _starting.Reverse()) response.OnStarting(callback, state);
        _starting.Clear();
    }
}
