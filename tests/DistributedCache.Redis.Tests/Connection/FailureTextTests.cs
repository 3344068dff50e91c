using System.Net;
using System.Net.Sockets;
using DistributedCache.Redis.Connection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Connection;

public class FailureTextTests
{
    private static readonly RedisConnectionException Refused = new(
        ConnectionFailureType.UnableToResolvePhysicalConnection, CommandFlags.None, "No connection (of key product:1)", new SocketException((int)SocketError.ConnectionRefused));

    public static TheoryData<Exception, string> Failures() => new()
    {
        { Refused, "Connection refused" },
        { new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, CommandFlags.None, "No connection (of key product:1)"), "not connected" },
        { new RedisConnectionException(ConnectionFailureType.AuthenticationFailure, CommandFlags.None, "at product:1"), "AuthenticationFailure" },
        { new RedisTimeoutException(CommandFlags.None, "Timeout awaiting response to GET product:1", CommandStatus.Sent), "no answer in time" },
        { new RedisServerException(RedisErrorKind.Loading, CommandFlags.None, "LOADING Redis is loading the dataset in memory"), "LOADING Redis is loading the dataset in memory" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Of_Failure_SaysWhereAndWhyWithoutTheKey(Exception failure, string why) =>
        Assert.Equal($"Redis at 10.0.0.1:7000, cache.example:7001: {why}", FailureText.Of(failure, [new IPEndPoint(IPAddress.Parse("10.0.0.1"), 7000), new DnsEndPoint("cache.example", 7001)]));

    [Fact]
    public void Of_NoServerKnown_SaysWhyAlone() => Assert.Equal("Redis: Connection refused", FailureText.Of(Refused, Array.Empty<EndPoint>()));

    [Fact]
    public void Of_MoreServersThanALineHolds_CountsTheRest() => Assert.Equal(
        "Redis at h:1, h:2, h:3, h:4, h:5, h:6 and 2 more: Connection refused", FailureText.Of(Refused, [.. Enumerable.Range(1, 8).Select(static port => new DnsEndPoint("h", port))]));
}
