using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>A load whose first caller judges what answers it.</summary>
internal sealed class JudgedLoad<TState, T>(
    CacheEngine engine,
    EntryCall call,
    LocalEntry? candidate,
    TState state,
    Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
    IAcceptance<T> acceptance) : SingleLoad<TState, T>(engine, call, candidate, state, factory)
{
    protected override IAcceptance<T>? Acceptance => acceptance;
}
