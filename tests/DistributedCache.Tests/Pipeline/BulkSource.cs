namespace DistributedCache.Tests.Pipeline;

/// <summary>A factory of many keys whose runs a test answers.</summary>
internal sealed class BulkSource
{
    public List<BulkRun> Runs { get; } = [];

    public ValueTask<IReadOnlyDictionary<string, string>> LoadAsync(IReadOnlyList<string> keys, LoadContext load, CancellationToken token)
    {
        var run = new BulkRun(keys, token);
        lock (Runs) Runs.Add(run);
        return new ValueTask<IReadOnlyDictionary<string, string>>(run.Result);
    }
}

/// <summary>One run of it.</summary>
internal sealed class BulkRun(IReadOnlyList<string> keys, CancellationToken token)
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, string>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Keys => keys;

    public CancellationToken Token => token;

    public Task<IReadOnlyDictionary<string, string>> Result => _result.Task;

    public void Answer(Dictionary<string, string> values) => _result.SetResult(values);

    public void Fail(Exception exception) => _result.SetException(exception);
}
