using DistributedCache.Diagnostics;
using DistributedCache.Profiles;
using DistributedCache.Resilience;
using Polly;
using Polly.RateLimiting;
using Polly.Timeout;

namespace DistributedCache.Pipeline;

/// <summary>Runs a factory in its source's Polly pipeline, with a context whose scope ends when the factory's task has.</summary>
/// <remarks>A factory that does not listen to its token is left behind at the hard timeout or when nobody waits: the wait ends, and
/// a continuation observes how the task ends, and then disposes its scope and gives back its turn at the source.</remarks>
internal static class FactoryRun
{
    public static async ValueTask<T> StartAsync<TState, T>(
        CacheEngine engine,
        ResolvedProfile profile,
        LoadContext context,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        CancellationToken cancellationToken)
    {
        var began = engine.Clock.Provider.GetTimestamp();
        var result = "ok";
        var running = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        try
        {
            return await engine.PipelineOf(profile).ExecuteAsync(
                static (running, run) => run.InvokeAsync(SourceTurn.Of(running)?.Hold(), running.CancellationToken),
                running,
                new Invocation<TState, T>(engine, profile, context, state, factory)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = exception switch
            {
                TimeoutRejectedException rejection when SourcePipelines.IsOwn(rejection) => "timeout",
                RateLimiterRejectedException rejection when SourcePipelines.IsOwn(rejection) => "rejected",
                OperationCanceledException => "cancelled",
                _ => "error",
            };
            throw;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(running);
            engine.Meter.FactoryEnded(profile.Name, result, engine.Clock.Provider.GetElapsedTime(began));
        }
    }

    /// <summary>What the caller is told where Polly's own exception says only how long it was.</summary>
    public static TimeoutException TimedOut(string what, ResolvedProfile profile, TimeoutRejectedException exception) => new(
        $"The load of {what} took longer than the hard timeout of profile '{profile.Name}', {profile.FactoryHardTimeout}.", exception);

    private sealed record Invocation<TState, T>(
        CacheEngine Engine,
        ResolvedProfile Profile,
        LoadContext Context,
        TState State,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> Factory)
    {
        /// <param name="turn">The load's turn at its source, given back when the factory's task has ended.</param>
        /// <param name="cancellationToken">The factory's.</param>
        public async ValueTask<T> InvokeAsync(SourceTurn? turn, CancellationToken cancellationToken)
        {
            Task<T> running;
            try
            {
                // After the stamps: whatever they know of, this does.
                Context.MinimumSourceVersion = Engine.Coherence.Version.Source.Version;
                var started = Factory(State, Context, cancellationToken);
                if (started.IsCompletedSuccessfully)
                {
                    await EndAsync(turn).ConfigureAwait(false);
                    return started.Result;
                }

                running = started.AsTask();
            }
            catch
            {
                await EndAsync(turn).ConfigureAwait(false);
                throw;
            }

            try
            {
                return await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (running.IsCompleted) await EndAsync(turn).ConfigureAwait(false);
                else _ = ObserveAsync(running, turn);
            }
        }

        private async Task ObserveAsync(Task<T> running, SourceTurn? turn)
        {
            try
            {
                await running.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                CacheLog.LateFactoryFailed(Engine.Log, Profile.Name, exception);
            }

            await EndAsync(turn).ConfigureAwait(false);
        }

        private ValueTask EndAsync(SourceTurn? turn)
        {
            turn?.Dispose();
            return Engine.EndAsync(Context);
        }
    }
}
