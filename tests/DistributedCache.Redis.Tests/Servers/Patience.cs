namespace DistributedCache.Redis.Tests.Servers;

/// <summary>Limits under which a busy machine's late answer is no failure: for all tests but those of servers that hang.</summary>
public static class Patience
{
    /// <summary>Settings of a client, at the end of a connection string.</summary>
    public const string OfTheClient = ",connectTimeout=10000,asyncTimeout=10000";

    /// <summary>The time limit of a call to the remote tier.</summary>
    public static readonly TimeSpan OfTheCache = TimeSpan.FromSeconds(10);
}
