using DistributedCache.Redis.Partitions;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>Which errors say that a server is there, whatever it refuses.</summary>
public class ServerErrorTests
{
    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", false)]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot", false)]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", false)]
    [InlineData("NOSCRIPT No matching script.", false)]
    [InlineData("LOADING Redis is loading the dataset in memory", true)]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true)]
    [InlineData("CLUSTERDOWN Hash slot not served", true)]
    public void IsOfAbsence_OfAServersError_OnlyWhereItServesNothing(string error, bool expected) =>
        Assert.Equal(expected, new RedisServerException(error).IsOfAbsence());
}
