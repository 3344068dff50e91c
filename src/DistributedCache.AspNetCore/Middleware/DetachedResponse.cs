using Microsoft.AspNetCore.Http.Features;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The response to a request that nobody waits for: what is to be done when it is complete, such as disposing what was registered
/// for that, is done when its run has ended.</summary>
internal sealed class DetachedResponse : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();

    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    /// <summary>Does it, the last first. One that fails keeps none of the others.</summary>
    public async Task CompleteAsync()
    {
        while (_completed.TryPop(out var next))
        {
            try
            {
                await next.Callback(next.State).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // As servers do, but for the log: the response is whole by now.
            }
        }
    }
}
