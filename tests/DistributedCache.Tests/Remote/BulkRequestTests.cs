using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Remote;

/// <summary>Many keys cost the remote tier a few requests, and those of a partition that fails are nobody else's concern.</summary>
public class BulkRequestTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 40).Select(i => $"k{i}")];

    private static ValueTask<IReadOnlyDictionary<string, int>> LoadMany(ITieredCache cache, int value, IReadOnlyList<string>? tags = null) =>
        cache.GetOrCreateManyAsync<int>(
            Keys, (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(k => k, _ => value)), tags: tags, cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task GetOrCreateMany_NothingIsCached_AsksOncePerPartition()
    {
        await using var nodes = new LossyNodes();
        Assert.Equal(40, (await LoadMany(nodes.A, 1)).Count);
        Assert.Equal(
            (4, 4, 4, false, false),
            (nodes.Remote.Calls["GetMany"], nodes.Remote.Calls["LeaseMany"], nodes.Remote.Calls["FillMany"], nodes.Remote.Calls.ContainsKey("Lease"), nodes.Remote.Calls.ContainsKey("Fill")));
        Assert.All(await LoadMany(nodes.B, 2), found => Assert.Equal(1, found.Value));
    }

    [Fact]
    public async Task GetOrCreateMany_MarksAreUnknown_AsksOncePerPartition()
    {
        await using var nodes = new LossyNodes();
        await LoadMany(nodes.A, 1, ["t", "u"]);
        nodes.Remote.SendsMarks = false;
        for (var i = 0; i < nodes.Remote.Partitions * 4; i++) await nodes.A.Remove($"x{i}");
        await using var late = nodes.Add();
        Assert.All(await LoadMany(late.Cache, 2, ["t", "u"]), found => Assert.Equal(1, found.Value));
        Assert.InRange(nodes.Remote.Calls["ReadMarks"], 1, nodes.Remote.Partitions);
    }

    [Fact]
    public async Task GetOrCreateMany_EntriesWereInvalidatedByTag_AreReplacedForAll()
    {
        await using var nodes = new LossyNodes();
        await LoadMany(nodes.A, 1, ["t"]);
        await nodes.A.RemoveTag("t");
        Assert.All(await LoadMany(nodes.A, 2, ["t"]), found => Assert.Equal(2, found.Value));
        Assert.All(await LoadMany(nodes.B, 3, ["t"]), found => Assert.Equal(2, found.Value));
    }

    [Theory]
    [InlineData("GetMany")]
    [InlineData("LeaseMany")]
    [InlineData("FillMany")]
    public async Task GetOrCreateMany_AStepFails_AnswersAll(string step)
    {
        await using var nodes = new LossyNodes();
        nodes.Remote.Fails = s => s == step;
        Assert.All(await LoadMany(nodes.A, 1), found => Assert.Equal(1, found.Value));
        Assert.All(await LoadMany(nodes.A, 2), found => Assert.Equal(1, found.Value));
    }

    [Fact]
    public async Task GetOrCreateMany_OnePartitionFails_OthersAreSharedAllTheSame()
    {
        await using var nodes = new LossyNodes();
        nodes.Remote.FailsAt = static partition => partition == 2;
        Assert.All(await LoadMany(nodes.A, 1), found => Assert.Equal(1, found.Value));
        nodes.Remote.FailsAt = static _ => false;
        foreach (var (key, value) in await LoadMany(nodes.B, 2))
            Assert.Equal(nodes.Engine(0).Key("", key).Partition == 2 ? 2 : 1, value);
    }
}
