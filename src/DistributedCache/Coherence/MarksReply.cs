namespace DistributedCache.Coherence;

/// <summary>What the remote tier knows of the marks it was asked for; one that is absent there has the floor.</summary>
internal readonly record struct MarksReply(Head Head, IReadOnlyList<KeyValuePair<Mark, long>> Sequences);
