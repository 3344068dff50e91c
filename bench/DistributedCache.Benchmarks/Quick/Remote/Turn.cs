namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>One candidate against a server: an operation, run by so many callers at once.</summary>
/// <param name="Name">The candidate.</param>
/// <param name="Operation">One operation; its number tells repetitions apart.</param>
internal sealed record Turn(string Name, Func<int, Task> Operation)
{
    private static int _number;

    /// <summary>Runs the operation so many times in all, by that many callers.</summary>
    public async Task RunAsync(int times, int callers)
    {
        if (callers == 1)
        {
            await CallAsync(this, times);
            return;
        }

        var tasks = new Task[callers];
        for (var i = 0; i < callers; i++) tasks[i] = CallAsync(this, times / callers);
        await Task.WhenAll(tasks);

        static async Task CallAsync(Turn turn, int times)
        {
            for (var i = 0; i < times; i++) await turn.Operation(Interlocked.Increment(ref _number));
        }
    }
}
