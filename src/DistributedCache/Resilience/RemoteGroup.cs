using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.CircuitBreaker;
using Polly.Telemetry;

namespace DistributedCache.Resilience;

/// <summary>The circuit breaker of one group of the remote tier's partitions: while most calls fail, the next are refused at once.</summary>
/// <remarks>While it is closed a call runs beside the pipeline and only its outcome goes through it, which is synchronous and costs
/// next to nothing; Polly's own way around an asynchronous call costs several hundred bytes. Otherwise calls run within it.</remarks>
internal sealed class RemoteGroup
{
    // Polly's metrics without its log: the changes are the cache's own to log.
    private static readonly TelemetryOptions Telemetry = new() { LoggerFactory = NullLoggerFactory.Instance };

    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(5);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly TimeProvider _time;
    private readonly Func<Exception, bool> _isAnswer;
    private readonly ResiliencePipeline _pipeline;

    // Whether a call failed of late, and when: while none did, what went well changes nothing and is not noted.
    private volatile bool _isWatched;
    private long _lastFailure;

    /// <param name="time">The clock.</param>
    /// <param name="number">The group's number.</param>
    /// <param name="isAnswer">Whether a failure is an answer: a server that refuses is no server that is away.</param>
    /// <param name="onChange">Told when the group goes away or comes back.</param>
    public RemoteGroup(TimeProvider time, int number, Func<Exception, bool> isAnswer, Action<bool, int, Exception?> onChange)
    {
        _time = time;
        _isAnswer = isAnswer;
        _pipeline = new ResiliencePipelineBuilder
        {
            TimeProvider = time,
            Name = "DistributedCache.Remote",
            InstanceName = FormattableString.Invariant($"{number}"),
        }
            .ConfigureTelemetry(Telemetry)
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                SamplingDuration = Sampling,
                MinimumThroughput = 8,
                BreakDuration = TimeSpan.FromSeconds(1),
                StateProvider = _state,
                ManualControl = _control,
                ShouldHandle = arguments => new ValueTask<bool>(
                    arguments.Outcome.Exception is { } exception and not OperationCanceledException && !isAnswer(exception)),
                OnOpened = arguments =>
                {
                    onChange(true, number, arguments.Outcome.Exception);
                    return default;
                },
                OnClosed = _ =>
                {
                    onChange(false, number, null);
                    return default;
                },
            })
            .Build();
    }

    public bool IsClosed => _state.CircuitState == CircuitState.Closed;

    /// <summary>Runs a call within the pipeline: it is refused, or the one that finds out whether the tier is back.</summary>
    /// <exception cref="BrokenCircuitException">It was refused.</exception>
    public ValueTask<T> ProbeAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellationToken) =>
        _pipeline.ExecuteAsync(call, state, cancellationToken);

    /// <summary>Notes that it has answered something else: nobody needs to try first.</summary>
    public Task CloseAsync() => IsClosed ? Task.CompletedTask : _control.CloseAsync();

    /// <summary>Notes what came of a call that ran beside the pipeline; null: it went well.</summary>
    /// <returns>Completed when who is to hear of a change has heard of it. Never fails.</returns>
    public Task NoteAsync(Exception? failure)
    {
        if (failure is not null && _isAnswer(failure)) failure = null;
        if (failure is null && !_isWatched) return Task.CompletedTask;
        var now = _time.GetTimestamp();
        if (failure is not null)
        {
            Volatile.Write(ref _lastFailure, now);
            _isWatched = true;
        }
        else if (_time.GetElapsedTime(Volatile.Read(ref _lastFailure), now) > Sampling) _isWatched = false;

        return PassAsync(failure);
    }

    private async Task PassAsync(Exception? failure)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false);
        await _pipeline.ExecuteOutcomeAsync(
            static (_, failure) => new ValueTask<Outcome<bool>>(failure is null ? Outcome.FromResult(true) : Outcome.FromException<bool>(failure)), context, failure).ConfigureAwait(false);
        ResilienceContextPool.Shared.Return(context);
    }
}
