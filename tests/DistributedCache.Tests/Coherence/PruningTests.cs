using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Coherence;

/// <summary>Of the marks a partition remembers only so many: what was forgotten is asked for, and never passes as not invalidated.</summary>
public class PruningTests
{
    [Fact]
    public async Task RemoveByTagAsync_MoreTagsThanAreRemembered_ServesNothingInvalidated()
    {
        await using var node = TestCache.Make(o =>
        {
            o.TagsPerPartition = 8;
            o.Partitions = 1;
        });
        for (var i = 0; i < 60; i++) await node.Cache.Set($"k{i}", i, null, $"t{i}");
        for (var i = 0; i < 60; i += 2) await node.Cache.RemoveTag($"t{i}");
        var kept = 0;
        for (var i = 0; i < 60; i++)
        {
            var found = await node.Cache.Find<int>($"k{i}");
            Assert.False(i % 2 == 0 && found.HasValue, $"k{i} was invalidated.");
            if (found.HasValue) kept++;
        }

        // Set after the forgetting, an entry owes it nothing.
        await node.Cache.Set("new", 1, null, "t1");
        Assert.True((await node.Cache.Find<int>("new")).HasValue);
        await node.Cache.RemoveTag("t1");
        Assert.False((await node.Cache.Find<int>("new")).HasValue);
        Assert.InRange(kept, 0, 30);
    }
}
