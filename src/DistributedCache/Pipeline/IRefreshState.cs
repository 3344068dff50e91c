namespace DistributedCache.Pipeline;

/// <summary>A factory's state that is its caller's, and ends with the call.</summary>
internal interface IRefreshState<out TState>
{
    /// <summary>What takes its place where the factory runs behind an answer. Called before that is given: the load may begin long after.</summary>
    TState ForRefresh();
}
