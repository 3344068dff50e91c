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
        if (await HoldsAsync(condition, deadline ?? Deadline) is (false, var last)) throw new TimeoutException(failure(), last);
    }

    /// <summary>Whether <paramref name="condition"/> comes to hold within a time; else what last kept it from being asked.</summary>
    public static async Task<(bool Holds, Exception? Failure)> HoldsAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Exception? last = null;
            try
            {
                if (await condition()) return (true, null);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or RespException or TimeoutException)
            {
                last = e;
            }

            if (Stopwatch.GetElapsedTime(began) > within) return (false, last);
            await Task.Delay(20);
        }
    }
}
