using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>How the application failed to answer, if it did.</summary>
internal enum Failure
{
    None,

    /// <summary>It answered with an error, threw, or takes too long.</summary>
    Error,

    /// <summary>What is behind it could not be reached: the cache is disconnected (RFC 9111, section 4.2.4).</summary>
    Unreachable,
}

/// <summary>Tells failures apart.</summary>
internal static class Failures
{
    /// <summary>A gateway that could not ask says so by its status.</summary>
    public static Failure Of(int status) => status is StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout ? Failure.Unreachable : Failure.Error;

    public static Failure Of(Exception exception) => exception is HttpRequestException or SocketException or IOException or TimeoutException ? Failure.Unreachable : Failure.Error;
}
