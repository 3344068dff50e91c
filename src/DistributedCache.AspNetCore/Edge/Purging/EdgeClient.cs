using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Sends one edge's requests: each attempt has a time limit, and what may succeed soon is tried again.</summary>
internal sealed class EdgeClient
{
    private const int ShownAnswer = 200;

    // What has to wait for longer is left to the queue.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private readonly string _edge;
    private readonly Func<HttpClient> _http;
    private readonly TimeProvider _time;
    private readonly EdgePause _pause;
    private readonly ResiliencePipeline _pipeline;

    public EdgeClient(string edge, Func<HttpClient> http, EdgeOptions options, TimeProvider time)
    {
        (_edge, _http, _time, _pause) = (edge, http, time, new EdgePause(time));
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Attempts > 1) builder.AddRetry(Retry(options.Attempts - 1));
        _pipeline = builder.AddTimeout(options.RequestTimeout).Build();
    }

    /// <summary>Now, for signatures.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <param name="make">Makes the request, anew for each attempt.</param>
    /// <param name="isRefused">Whether an answer that reads as a success is none, by its body.</param>
    /// <param name="isTransient">Whether an error may be over soon that does not say so by its status, by its body.</param>
    /// <param name="cancellationToken">Ends the request and the pauses.</param>
    /// <exception cref="EdgeRefusedException">The edge answered with an error, or has asked for a pause that is not over.</exception>
    /// <exception cref="HttpRequestException">The edge did not answer.</exception>
    /// <exception cref="TimeoutRejectedException">It did not answer in time.</exception>
    public async ValueTask SendAsync(
        Func<HttpRequestMessage> make, Func<string, bool>? isRefused, Func<string, bool>? isTransient, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(async token =>
        {
            _pause.ThrowIfPaused();
            using var http = _http();
            using var request = make();
            using var response = await http.SendAsync(request, token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && isRefused is null) return;
            var answer = await response.Content.ReadAsStringAsync(token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && !isRefused!(answer)) return;
            var refusal = new EdgeRefusedException(
                _edge, response.StatusCode, Shown(answer), PauseOf(response.Headers.RetryAfter), IsTransient(response.StatusCode) || isTransient?.Invoke(answer) == true);
            _pause.Note(refusal);
            throw refusal;
        }, cancellationToken).ConfigureAwait(false);

    private static RetryStrategyOptions Retry(int attempts) => new()
    {
        MaxRetryAttempts = attempts,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(500),
        MaxDelay = LongestPause,
        ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception switch
        {
            EdgeRefusedException refused => refused.IsTransient && !(refused.RetryAfter > LongestPause),
            HttpRequestException or TimeoutRejectedException => true,
            _ => false,
        }),
        DelayGenerator = static arguments => ValueTask.FromResult((arguments.Outcome.Exception as EdgeRefusedException)?.RetryAfter),
    };

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    /// <summary>A moment that is over, as one clock or the other has it, asks for no pause: that of all others is made.</summary>
    private TimeSpan? PauseOf(RetryConditionHeaderValue? retryAfter) => retryAfter?.Delta ?? (retryAfter?.Date - _time.GetUtcNow());

    private static string Shown(string answer) => answer.Length <= ShownAnswer ? answer : answer[..ShownAnswer];
}
