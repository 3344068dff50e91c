namespace DistributedCache.Coherence;

/// <summary>What the remote tier knows of the marks it was asked for; one that is absent there has the floor.</summary>
/// <param name="Head">The partition's head of the same moment.</param>
/// <param name="Sequences">The marks.</param>
/// <param name="IsComplete">Whether these are all marks since the head's floor.</param>
/// <param name="Announced">Of a registration: for each registered version when it was announced last, by the tier's clock. Null where the
/// tier does not say.</param>
internal readonly record struct MarksReply(
    Head Head, IReadOnlyList<KeyValuePair<Mark, long>> Sequences, bool IsComplete = false, IReadOnlyDictionary<string, long>? Announced = null);
