namespace DistributedCache.Benchmarks.Stampedes;

/// <summary>A cold key that everybody wants: its factory waits until all callers are there.</summary>
internal abstract class Stampede(string name)
{
    private int _loads;

    public string Name { get; } = name;

    /// <summary>How often a factory ran, over all rounds.</summary>
    public int Loads => _loads;

    /// <summary>Starts as many callers as there are places for, opens the factory's gate and waits for every answer.</summary>
    public async Task RunAsync(string key, Task<Product>[] callers)
    {
        var gate = new TaskCompletionSource<Product>(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < callers.Length; i++)
            callers[i] = AskAsync(key, gate.Task);

        var product = new Product(callers.Length);
        gate.SetResult(product);
        foreach (var caller in callers)
        {
            if (!ReferenceEquals(await caller, product))
                throw new InvalidOperationException($"{Name} answered another value than its factory did.");
        }
    }

    protected abstract Task<Product> AskAsync(string key, Task<Product> gate);

    protected Task<Product> LoadAsync(Task<Product> gate)
    {
        Interlocked.Increment(ref _loads);
        return gate;
    }
}
