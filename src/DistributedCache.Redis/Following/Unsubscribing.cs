namespace DistributedCache.Redis.Following;

/// <summary>Ends a subscription.</summary>
internal static class Unsubscribing
{
    /// <summary>Waits for no answer and never fails.</summary>
    public static async Task TryAsync(Func<Task> unsubscribe)
    {
        try
        {
            await unsubscribe().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is gone, and the subscription with it.
        }
    }
}
