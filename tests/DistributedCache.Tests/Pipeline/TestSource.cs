namespace DistributedCache.Tests.Pipeline;

/// <summary>A source whose loads end when the test says so.</summary>
internal sealed class TestSource<T>
{
    private readonly List<Run> _runs = [];

    /// <summary>How many loads were begun.</summary>
    public int Count
    {
        get
        {
            lock (_runs) return _runs.Count;
        }
    }

    public Run this[int index]
    {
        get
        {
            lock (_runs) return _runs[index];
        }
    }

    /// <summary>The factory.</summary>
    public ValueTask<T> LoadAsync(LoadContext context, CancellationToken cancellationToken)
    {
        var run = new Run(context, cancellationToken);
        lock (_runs) _runs.Add(run);
        return new ValueTask<T>(run.Result);
    }

    /// <summary>One load.</summary>
    public sealed class Run(LoadContext context, CancellationToken token)
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LoadContext Context => context;

        public CancellationToken Token => token;

        public Task<T> Result => _result.Task;

        public void Answer(T value) => _result.SetResult(value);

        public void Fail(Exception exception) => _result.SetException(exception);

        /// <summary>Ends as a factory that listens to its token.</summary>
        public void Cancel() => _result.SetCanceled(token);
    }
}
