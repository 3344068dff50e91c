using DistributedCache.Resilience;

namespace DistributedCache.Redis.Connection;

/// <summary>How a node takes leave of its servers.</summary>
internal static class Ending
{
    // Of a server's own answers: an application's clock says nothing of those.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits for a farewell, but not for a server that hangs: what is not done by then goes on behind, and its failure is observed.</summary>
    /// <returns>Whether it is done.</returns>
    public static async ValueTask<bool> InTimeAsync(Task farewell)
    {
        await farewell.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!farewell.IsCompletedSuccessfully) LateFailures.Observe(farewell);
        return farewell.IsCompleted;
    }
}
