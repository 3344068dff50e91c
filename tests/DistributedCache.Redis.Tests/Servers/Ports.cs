using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>
/// Ports below those the system gives to outgoing connections (32768 and up on Linux), so that a killed server finds its
/// own free when it starts again. The cluster's bus listens 10,000 above: that one is free and below as well. Each is one
/// process's alone as long as that lives: of two that find it free at one time the second would test the first one's server.
/// </summary>
internal static class Ports
{
    private const int First = 12_000, Count = 10_000, Bus = 10_000;

    private static readonly ConcurrentBag<FileStream> Claims = [];

    public static int Next()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + Random.Shared.Next(Count);
            if (TryClaim(port) && IsFree(port) && IsFree(port + Bus)) return port;
        }

        throw new InvalidOperationException($"No port between {First} and {First + Count} is free together with the one {Bus} above it.");
    }

    /// <summary>Claims a port until this process ends, against all that ask here.</summary>
    private static bool TryClaim(int port)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "redis-tests-ports"));
            Claims.Add(new FileStream(Path.Combine(folder.FullName, $"{port}"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
