using System.Diagnostics;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>Waits for what a server does in its own time: asks every 20 ms, up to a deadline.</summary>
public static class Poll
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Waits until <paramref name="condition"/> holds; a server that does not answer counts as "not yet".</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message is what <paramref name="failure"/> says.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> failure, TimeSpan? deadline = null)
    {
        var began = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await condition()) return;
                last = null;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or RespException or TimeoutException)
            {
                last = e;
            }

            if (Stopwatch.GetElapsedTime(began) > (deadline ?? Deadline)) throw new TimeoutException(failure(), last);
            await Task.Delay(20);
        }
    }
}
