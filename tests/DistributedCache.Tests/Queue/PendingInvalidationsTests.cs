using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;

namespace DistributedCache.Tests.Queue;

public class PendingInvalidationsTests
{
    private static QueuedInvalidation Tag(int partition, string tag) => new(partition, InvalidationKind.Mark, [], Mark.Tag("", tag));

    private static QueuedInvalidation Keys(int partition, int count) => new(
        partition, InvalidationKind.Remove, [.. Enumerable.Range(0, count).Select(i => new CacheKey(KeyKind.Cached, "", $"k{i}", $"k{i}", "v", partition))], default);

    [Fact]
    public void Peek_OfAPartition_IsInTheOrderOfAdding()
    {
        var pending = new PendingInvalidations(2, 10);
        QueuedInvalidation[] added = [Tag(0, "a"), Tag(1, "b"), Tag(0, "c")];
        foreach (var one in added) Assert.Null(pending.Add(one));
        Assert.Equal([0, 1], pending.Partitions);
        Assert.Same(added[0], pending.Peek(0));
        Assert.True(pending.TryRemove(added[0]));
        Assert.False(pending.TryRemove(added[0]));
        Assert.Same(added[2], pending.Peek(0));
        Assert.Equal(2, pending.Length);
    }

    [Fact]
    public void Add_OverTheBound_BecomesAClearOfEveryPartition()
    {
        var pending = new PendingInvalidations(2, 4);
        var first = Keys(1, 3);
        var second = Keys(0, 2);
        Assert.Null(pending.Add(first));
        Assert.Equal([first, second], pending.Add(second)!);
        Assert.False(pending.TryRemove(first));
        Assert.All([0, 1], partition => Assert.Equal((InvalidationKind.Mark, Mark.Clear), (pending.Peek(partition)!.Kind, pending.Peek(partition)!.Mark)));
        Assert.Equal(2, pending.Length);
    }

    [Fact]
    public void Add_AnySequence_NeverForgetsAndNeverExceedsItsBound()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var pending = new PendingInvalidations(3, 8);
            var waiting = new List<QueuedInvalidation>();
            for (var step = 0; step < 40; step++)
            {
                if (random.Next(3) > 0)
                {
                    var added = random.Next(2) == 0 ? Tag(random.Next(3), "t") : Keys(random.Next(3), random.Next(1, 4));
                    waiting.Add(added);
                    if (pending.Add(added) is { } replaced)
                    {
                        Assert.True(waiting.Except(replaced).All(static one => one.Mark.IsClear), $"Seed {seed}: a clear stands for less than waited.");
                        waiting = [.. Enumerable.Range(0, 3).Select(p => pending.Peek(p)!)];
                    }
                }
                else if (pending.Partitions.FirstOrDefault(-1) is >= 0 and var partition)
                {
                    var next = pending.Peek(partition)!;
                    Assert.True(ReferenceEquals(waiting.First(one => one.Partition == partition), next), $"Seed {seed}: out of order.");
                    Assert.True(pending.TryRemove(next));
                    waiting.Remove(next);
                }

                Assert.True(pending.Length <= 8 && pending.Length == waiting.Sum(static one => one.Length), $"Seed {seed}: {pending.Length} wait.");
            }
        }
    }
}
