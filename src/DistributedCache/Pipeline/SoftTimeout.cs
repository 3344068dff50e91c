namespace DistributedCache.Pipeline;

/// <summary>What callers wait for a factory while something stale is at hand.</summary>
internal static class SoftTimeout
{
    /// <summary>Waits for a load. Where the time is over before, what is stale is served, and the load goes on for the next callers.</summary>
    /// <param name="loading">The load.</param>
    /// <param name="soft">The time; zero: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="serve">Serves what is stale.</param>
    public static async Task<T> WaitAsync<T>(Task<T> loading, TimeSpan soft, TimeProvider time, Action serve)
    {
        using var ended = new CancellationTokenSource();
        if (soft > TimeSpan.Zero && !loading.IsCompleted) await Task.WhenAny(loading, Task.Delay(soft, time, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        if (!loading.IsCompleted) serve();
        return await loading.ConfigureAwait(false);
    }
}
