using DistributedCache.Redis.Partitions;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>Which errors say that a server is there, whatever it refuses.</summary>
public class ServerErrorTests
{
    [Theory]
    [InlineData(RedisErrorKind.OutOfMemory, false)]
    [InlineData(RedisErrorKind.TryAgain, false)]
    [InlineData(RedisErrorKind.WrongType, false)]
    [InlineData(RedisErrorKind.NoScript, false)]
    [InlineData(RedisErrorKind.NoPermission, false)]
    [InlineData(RedisErrorKind.ReadOnly, false)]
    [InlineData(RedisErrorKind.Unknown, false)]
    [InlineData(RedisErrorKind.Loading, true)]
    [InlineData(RedisErrorKind.Busy, true)]
    [InlineData(RedisErrorKind.MasterDown, true)]
    [InlineData(RedisErrorKind.ClusterDown, true)]
    [InlineData(RedisErrorKind.UnknownRedirectTarget, true)]
    public void IsOfAbsence_OfAServersError_OnlyWhereItServesNothing(RedisErrorKind kind, bool expected) =>
        Assert.Equal(expected, new RedisServerException(kind, CommandFlags.None, "error").IsOfAbsence());
}
