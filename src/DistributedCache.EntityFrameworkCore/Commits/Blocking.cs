namespace DistributedCache.EntityFrameworkCore.Commits;

internal static class Blocking
{
    /// <summary>Waits for an invalidation where EF Core was called synchronously. Invalidations run on the thread pool and never
    /// come back to the caller's context, so a caller that is the only thread of one does not wait for itself.</summary>
    public static void Block(this Task running) => running.GetAwaiter().GetResult();
}
