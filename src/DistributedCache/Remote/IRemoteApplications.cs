namespace DistributedCache.Remote;

/// <summary>The other applications that share a remote tier.</summary>
internal interface IRemoteApplications
{
    /// <summary>What the tier keeps of an application; null where there is nothing of that name.</summary>
    ValueTask<IRemoteTier?> FindAsync(string application, CancellationToken cancellationToken);
}
