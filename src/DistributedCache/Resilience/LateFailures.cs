namespace DistributedCache.Resilience;

/// <summary>Calls that nobody waits for any more.</summary>
internal static class LateFailures
{
    /// <summary>That it fails in the end says nothing new.</summary>
    public static void Observe(Task call)
    {
        if (!call.IsCompletedSuccessfully) _ = call.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }
}
