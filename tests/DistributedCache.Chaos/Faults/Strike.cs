namespace DistributedCache.Chaos.Faults;

/// <summary>A fault that was done.</summary>
/// <param name="Node">The cache node it was done to; -1: the servers.</param>
/// <param name="Since">When that was over from which the nodes are to recover.</param>
/// <param name="Meanwhile">What still runs while they do.</param>
internal readonly record struct Strike(int Node, double Since, Task? Meanwhile = null);
