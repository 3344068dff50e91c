using DistributedCache.Diagnostics;
using DistributedCache.Profiles;
using Polly.RateLimiting;
using Polly.Timeout;

namespace DistributedCache.Pipeline;

/// <summary>Runs a factory in its source's Polly pipeline, with a context whose scope ends when the factory's task has.</summary>
/// <remarks>A factory that does not listen to its token is left behind at the hard timeout or when nobody waits: the wait ends, and
/// a continuation observes how the task ends and disposes its scope then.</remarks>
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
        try
        {
            return await engine.PipelineOf(profile).ExecuteAsync(
                static (run, token) => run.InvokeAsync(token),
                new Invocation<TState, T>(engine, profile, context, state, factory),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = exception switch
            {
                TimeoutRejectedException => "timeout",
                RateLimiterRejectedException => "rejected",
                OperationCanceledException => "cancelled",
                _ => "error",
            };
            throw;
        }
        finally
        {
            engine.Meter.FactoryEnded(profile.Name, result, engine.Clock.Provider.GetElapsedTime(began));
        }
    }

    /// <summary>What the caller is told where Polly's own exception says only how long it was.</summary>
    public static TimeoutException TimedOut(string what, ResolvedProfile profile, TimeoutRejectedException exception) => new(
        $"The factory of {what} took longer than the hard timeout of profile '{profile.Name}', {profile.FactoryHardTimeout}.", exception);

    private sealed record Invocation<TState, T>(
        CacheEngine Engine,
        ResolvedProfile Profile,
        LoadContext Context,
        TState State,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> Factory)
    {
        public async ValueTask<T> InvokeAsync(CancellationToken cancellationToken)
        {
            Task<T> running;
            try
            {
                var started = Factory(State, Context, cancellationToken);
                if (started.IsCompletedSuccessfully)
                {
                    await Engine.EndAsync(Context).ConfigureAwait(false);
                    return started.Result;
                }

                running = started.AsTask();
            }
            catch
            {
                await Engine.EndAsync(Context).ConfigureAwait(false);
                throw;
            }

            try
            {
                return await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (running.IsCompleted) await Engine.EndAsync(Context).ConfigureAwait(false);
                else _ = ObserveAsync(running);
            }
        }

        private async Task ObserveAsync(Task<T> running)
        {
            try
            {
                await running.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                CacheLog.LateFactoryFailed(Engine.Log, Profile.Name, exception);
            }

            await Engine.EndAsync(Context).ConfigureAwait(false);
        }
    }
}
