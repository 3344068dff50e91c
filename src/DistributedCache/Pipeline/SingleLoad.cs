using System.Runtime.CompilerServices;
using DistributedCache.Local;
using DistributedCache.Resilience;
using Polly.Timeout;

namespace DistributedCache.Pipeline;

/// <summary>A load of one key by one factory.</summary>
internal class SingleLoad<TState, T>(
    CacheEngine engine,
    EntryCall call,
    LocalEntry? candidate,
    TState state,
    Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory) : Load<T>(engine, call, candidate)
{
    /// <summary>Runs the load. Never throws: what happens is told to those who wait.</summary>
    public async Task RunAsync()
    {
        if (!await LookAsync().ConfigureAwait(false)) await LoadToEndAsync().ConfigureAwait(false);
    }

    /// <summary>Runs the load for its first caller. Where a tier answers, he goes on with the answer: through the flight's task he would
    /// wait for another thread to be woken.</summary>
    public ValueTask<T> LeadAsync(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? LeadWhileWantedAsync(cancellationToken) : LeadAloftAsync();

    /// <summary>Who can't leave keeps it going: nothing of it can be cancelled then.</summary>
    /// <remarks>Nearly every read of the remote tier comes this way. So it looks into the tiers itself: each method that waits in between
    /// costs one object for each of those who read at once.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> LeadAloftAsync()
    {
        KeepAloft();
        try
        {
            if (await TryTiersAsync().ConfigureAwait(false)) End();
            else _ = LoadToEndAsync();
        }
        catch (Exception exception)
        {
            _ = FailToEndAsync(exception);
        }

        return await WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> LeadWhileWantedAsync(CancellationToken cancellationToken)
    {
        var looking = LookAsync();
        var isDone = looking.IsCompleted
            ? await looking.ConfigureAwait(false)
            : await LeaveOnCancellationAsync(looking.AsTask(), cancellationToken).ConfigureAwait(false);
        if (!isDone) _ = LoadToEndAsync();
        return await WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks into the tiers; answers whether that ended the load.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> LookAsync()
    {
        try
        {
            if (!await TryTiersAsync().ConfigureAwait(false)) return false;
        }
        catch (Exception exception)
        {
            await FailToEndAsync(exception).ConfigureAwait(false);
            return true;
        }

        End();
        return true;
    }

    private async Task FailToEndAsync(Exception exception)
    {
        try
        {
            await FailAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Waits as the first caller does, whose leaving must not leave the load undone for those who joined.</summary>
    private async Task<bool> LeaveOnCancellationAsync(Task<bool> looking, CancellationToken cancellationToken)
    {
        try
        {
            return await looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Also where the tiers have answered since: nobody else goes on from there.
            _ = LoadAfterAsync(looking);
            Leave();
            throw;
        }
    }

    private async Task LoadAfterAsync(Task<bool> looking)
    {
        if (!await looking.ConfigureAwait(false)) await LoadToEndAsync().ConfigureAwait(false);
    }

    /// <summary>Runs the factory where no tier had the value. Never throws.</summary>
    private async Task LoadToEndAsync()
    {
        try
        {
            await LoadAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await FailAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    private async Task LoadAsync()
    {
        var context = LoadContext.ForLoad(Engine.Scopes, this);
        if (Fallback is { } stale && Engine.Values.TryOpen(stale.Value, isCopied: true, out T? earlier))
            context.Offer(earlier, stale.Stamps?.Validator);

        var began = Engine.Clock.Now;
        BeginFactory();
        T value;
        try
        {
            var loading = FactoryRun.StartAsync(Engine, Call.Policy.Profile, context, (state, factory), static (s, load, ct) => s.factory(s.state, load, ct), Abandoned);
            value = HasSoftTimeout
                ? await SoftTimeout.WaitAsync(loading.AsTask(), Call.Policy.Profile.FactorySoftTimeout, Engine.Clock.Provider, ServeOverdue).ConfigureAwait(false)
                : await loading.ConfigureAwait(false);
        }
        catch (TimeoutRejectedException exception) when (SourcePipelines.IsOwn(exception))
        {
            IsOverdue = true;
            throw FactoryRun.TimedOut($"key '{CacheEngine.Show(Call)}'", Call.Policy.Profile, exception);
        }

        await StoreAsync(value, context, Engine.Clock.Now - began).ConfigureAwait(false);
    }

    private void ServeOverdue()
    {
        // Said before it is served: who waits looks at once.
        IsOverdue = true;
        TryServeFallback();
    }
}
