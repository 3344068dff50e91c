namespace Storefront.Http;

internal static class WaitExtensions
{
    /// <summary>Ends the wait for a load, and not the load.</summary>
    /// <remarks>A token given to the cache ends the load too once nobody waits for it any more. Here a visitor who leaves takes
    /// nothing with him: the load has a scope of its own, its profile's hard timeout, and what it finds serves the next visitor.</remarks>
    public static ValueTask<T> WaitAsync<T>(this ValueTask<T> load, CancellationToken cancellationToken) =>
        load.IsCompleted ? load : new ValueTask<T>(load.AsTask().WaitAsync(cancellationToken));
}
