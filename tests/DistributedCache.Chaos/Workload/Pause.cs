namespace DistributedCache.Chaos.Workload;

/// <summary>Waits that end early, and say nothing of it, when the load stops.</summary>
internal static class Pause
{
    public static async Task ForAsync(double milliseconds, CancellationToken stop) =>
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
