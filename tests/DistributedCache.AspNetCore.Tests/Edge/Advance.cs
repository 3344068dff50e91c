using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Lets a fake clock go on until something that waits on it has come.</summary>
internal static class Advance
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    public static async Task UntilAsync(FakeTimeProvider time, Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30)) throw new TimeoutException($"It had not come when the clock said {time.GetUtcNow():O}.");
            time.Advance(Step);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
