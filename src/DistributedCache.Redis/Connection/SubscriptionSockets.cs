using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>The sockets that a client of ours listens on, by server: the client itself takes four of its time limits to give up one that
/// hangs, and offers no way to make it sooner.</summary>
internal sealed class SubscriptionSockets
{
    private readonly ConcurrentDictionary<EndPoint, WeakReference<Socket>> _sockets = new();

    /// <summary>Has the client tell of each socket it is about to connect.</summary>
    public void Watch(ConfigurationOptions options) => options.BeforeSocketConnect += Note;

    /// <summary>Ends what is listened on of a server, so that the client connects and subscribes anew; false where that is not known.</summary>
    public bool TryCut(EndPoint server)
    {
        if (!_sockets.TryRemove(server, out var reference) || !reference.TryGetTarget(out var socket)) return false;
        try
        {
            socket.Shutdown(SocketShutdown.Both);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client has noticed meanwhile.
            return false;
        }
    }

    private void Note(EndPoint server, ConnectionType type, Socket socket)
    {
        if (type == ConnectionType.Subscription) _sockets[server] = new WeakReference<Socket>(socket);
    }
}
