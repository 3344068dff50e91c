using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Pipeline;

/// <summary>Waits for what background work brings about: for the condition, never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits until the condition holds. Fails with its text if it does not within a time that only a bug takes.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="step">Done before each look, such as moving a fake clock on.</param>
    /// <param name="text">Filled in by the compiler.</param>
    public static async Task TrueAsync(
        Func<bool> condition, Action? step = null, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"It never came true that {text}.");
            step?.Invoke();
            if (condition()) return;
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for a task while a fake clock moves on, by so much at each look.</summary>
    public static async Task<T> DoneAsync<T>(ValueTask<T> task, FakeTimeProvider? time = null, TimeSpan step = default)
    {
        var running = task.AsTask();
        await TrueAsync(() => running.IsCompleted, time is null ? null : () => time.Advance(step));
        return await running;
    }

    /// <summary>Waits for a task that only a bug leaves unfinished.</summary>
    public static async Task<T> DoneAsync<T>(Task<T> task)
    {
        await TrueAsync(() => task.IsCompleted);
        return await task;
    }

    /// <inheritdoc cref="DoneAsync{T}(Task{T})"/>
    public static async Task DoneAsync(Task task)
    {
        await TrueAsync(() => task.IsCompleted);
        await task;
    }
}
