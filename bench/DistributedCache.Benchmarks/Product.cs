using System.ComponentModel;

namespace DistributedCache.Benchmarks;

/// <summary>What is cached. Immutable and marked so, for HybridCache would otherwise deserialize a copy at every hit.</summary>
[ImmutableObject(true)]
public sealed record Product(int Id);
