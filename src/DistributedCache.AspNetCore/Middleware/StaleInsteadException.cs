namespace DistributedCache.AspNetCore.Middleware;

/// <summary>The application failed before anything was sent, and a stale response is served instead.</summary>
internal sealed class StaleInsteadException(string message, Failure failure) : Exception(message)
{
    public Failure Failure => failure;
}
