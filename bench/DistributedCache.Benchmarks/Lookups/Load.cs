namespace DistributedCache.Benchmarks.Lookups;

internal static class Load
{
    /// <summary>What a factory costs that is never to run on a hit.</summary>
    public static ValueTask<Product> Product(string key) => new(new Product(key.Length));

    /// <summary>The value of a task that a hit has completed: what <c>await</c> would find without suspending.</summary>
    public static Product Value(ValueTask<Product> task) =>
        task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
