namespace DistributedCache.Adapters;

/// <summary>What <c>IDistributedCache</c> says of a value that it could not read, store or remove. Keys may be secret, so a message has
/// their length alone.</summary>
internal static class NotStored
{
    public static InvalidOperationException Away(string step, string key) => new(
        $"The value under a key of {key.Length} characters could not be {step}: the remote tier, which alone holds it, did not answer. Set DistributedCache.WhenUnavailable to Miss to read nothing and drop writes instead.");

    public static InvalidOperationException Disabled(string key) => new(
        $"The value under a key of {key.Length} characters was not stored: Enabled is false, so the cache stores nothing.");

    public static InvalidOperationException TooLarge(string key, long size, int limit) => new(
        $"The value under a key of {key.Length} characters was not stored: it has {size} bytes, and MaximumPayloadBytes is {limit}.");

    public static InvalidOperationException NoRoom(string key, long size, long budget) => new(
        $"The value under a key of {key.Length} characters was not stored: it has {size} bytes, and the local budget for it, {budget} bytes, has no room. Raise DistributedCache.LocalBudget or LocalSizeLimit, or use a remote tier.");
}
