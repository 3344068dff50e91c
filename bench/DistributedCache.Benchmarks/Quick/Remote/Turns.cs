using System.Diagnostics;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>Candidates that take turns against the same servers.</summary>
internal static class Turns
{
    // Code is compiled for good after so many calls, and some time.
    private const int WarmUpCalls = 400;

    // A call runs through some hundred methods, whose optimised code comes seconds later where two cores have all to do.
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1.8);

    public static async Task<Measured[]> MeasureAsync(IReadOnlyList<Turn> turns, int callers, int rounds, TimeSpan turnTime)
    {
        var times = new int[turns.Count];
        for (var i = 0; i < turns.Count; i++) times[i] = await WarmUpAsync(turns[i], callers, turnTime);
        var measured = turns.Select(_ => new (double Nanoseconds, double Bytes)[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < turns.Count; i++)
            {
                var bytes = GC.GetTotalAllocatedBytes();
                var start = Stopwatch.GetTimestamp();
                await turns[i].RunAsync(times[i], callers);
                var elapsed = Stopwatch.GetElapsedTime(start);
                measured[i][round] = (elapsed.TotalNanoseconds / times[i], (GC.GetTotalAllocatedBytes() - bytes) / (double)times[i]);
            }
        }

        return Measured.Fold([.. turns.Select(static turn => turn.Name)], measured);
    }

    /// <summary>Runs until the code has been compiled for good; answers how many operations fill a turn.</summary>
    public static async Task<int> WarmUpAsync(Turn turn, int callers, TimeSpan turnTime)
    {
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        do
        {
            await turn.RunAsync(callers, callers);
            count += callers;
        }
        while (count < WarmUpCalls || Stopwatch.GetElapsedTime(start) < WarmUpTime);

        var operations = (int)(count * (turnTime / Stopwatch.GetElapsedTime(start)));
        return Math.Max(1, operations / callers) * callers;
    }
}
