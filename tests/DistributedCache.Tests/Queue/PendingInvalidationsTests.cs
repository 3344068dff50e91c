using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;

namespace DistributedCache.Tests.Queue;

/// <summary>What waits, in what order, and what it holds here, without a tier.</summary>
public class PendingInvalidationsTests
{
    private const int Partitions = 3;

    private readonly CoherenceState _state = new(Partitions, 2_000, 100, new NoDrops());

    private static readonly Mark T = Mark.Tag("", "t");

    [Fact]
    public void Send_OfAPartition_IsInTheOrderOfAdding()
    {
        var pending = new PendingInvalidations(_state, 10);
        Add(pending, Tag(0, "a"), Tag(1, "b"), Remove(0, "k"), Tag(0, "c"));
        Assert.Equal([0, 1], pending.Partitions);
        Assert.Equal(["a", "k", "c"], Drain(pending, 0).Select(static one => one.Keys is [var key] ? key.Name : one.Mark.Name));
        Assert.Equal([1], pending.Partitions);
        Assert.Equal(1, pending.Length);
    }

    [Fact]
    public void Add_WhatHasYetToBeSent_WaitsOnce()
    {
        var pending = new PendingInvalidations(_state, 10);
        Add(pending, Tag(0, "t"), Tag(0, "t"), Remove(0, "k"), Expire(0, "k"), Remove(0, "k", "other"));
        Assert.Equal(3, pending.Length);
        Assert.Equal(["", "k", "other"], Drain(pending, 0).Select(static one => one.Keys is [var key] ? key.Name : ""));
    }

    [Fact]
    public void Add_RemovalOfWhatIsToExpire_WaitsToo()
    {
        var pending = new PendingInvalidations(_state, 10);
        Add(pending, Expire(0, "k"), Remove(0, "k"));
        Assert.Equal([InvalidationKind.Expire, InvalidationKind.Remove], Drain(pending, 0).Select(static one => one.Kind));
        Assert.False(_state[0].Held.Has("k"));
    }

    [Fact]
    public void Add_WhatIsUnderWay_WaitsAgainAndIsHeldUntilThatIsSent()
    {
        // The one under way may have been carried out before the other was asked for.
        var pending = new PendingInvalidations(_state, 10);
        Add(pending, Remove(0, "k"));
        var first = pending.Send(0)!;
        Add(pending, Remove(0, "k"));
        Assert.True(pending.TryRemove(first));
        Assert.True(_state[0].Held.Has("k"));
        Assert.True(pending.TryRemove(pending.Send(0)!));
        Assert.False(_state[0].Held.Has("k"));
    }

    [Fact]
    public void TakeClearedTags_UntilEveryPartitionHasTakenTheClear_AreNone()
    {
        var pending = new PendingInvalidations(_state, Partitions);
        Add(pending, Tag(0, "a"), Remove(1, "k"), Tag(2, "b"));
        Assert.Empty(pending.TakeClearedTags());
        pending.TryAdd(Tag(0, "c"), out var collapsed);
        Assert.Equal(4, collapsed);
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.Empty(pending.TakeClearedTags());
            Assert.Equal([Mark.Clear], Drain(pending, partition).Select(static one => one.Mark));
        }

        Assert.Equal(["a", "b", "c"], pending.TakeClearedTags().Select(static tag => tag.Name).Order());
        Assert.Empty(pending.TakeClearedTags());
    }

    [Fact]
    public void TakeClearedTags_AfterEverMoreThanMayWait_AreThoseOfTheFirstTooMany()
    {
        var pending = new PendingInvalidations(_state, Partitions);
        for (var i = 0; i < 10; i++) Add(pending, Tag(i % Partitions, $"{i}"));
        for (var partition = 0; partition < Partitions; partition++) Drain(pending, partition).ToList();
        Assert.Equal(Partitions + 1, pending.TakeClearedTags().Length);
    }

    [Fact]
    public void Add_Mark_ConcernsWhatWasLoadedBeforeItAlone()
    {
        var pending = new PendingInvalidations(_state, 10);
        var before = _state.Snapshot().Hold;
        Add(pending, Tag(0, "t"));
        var since = _state.Snapshot().Hold;
        Assert.Equal((true, false), (_state[0].Held.Concern(T, before), _state[0].Held.Concern(T, since)));
        Add(pending, Tag(0, "t"));
        Assert.True(_state[0].Held.Concern(T, since), "What was loaded before the second is valid after it.");
        Assert.True(pending.TryRemove(pending.Send(0)!));
        Assert.False(_state[0].Held.Concern(T, 0));
    }

    [Fact]
    public void Add_OverTheBound_BecomesAClearOfEveryPartitionThatIsSentFirst()
    {
        var pending = new PendingInvalidations(_state, 4);
        Add(pending, Remove(1, "a", "b"), Tag(1, "t"));
        var underWay = pending.Send(1)!;
        Assert.True(pending.TryAdd(Remove(0, "c", "d"), out var collapsed));
        Assert.Equal((5, Partitions), (collapsed, pending.Length));
        Assert.All(Enumerable.Range(0, Partitions), p => Assert.True(_state[p].Held.Concern(Mark.Clear, _state.Snapshot().Hold - Partitions)));
        Assert.False(_state[1].Held.Has("a") || _state[1].Held.Concern(T, 0) || _state[0].Held.Has("c"), "What the clear stands for is held for ever.");
        Assert.False(pending.TryRemove(underWay));
        Add(pending, Tag(0, "later"));
        Assert.Equal([Mark.Clear, Mark.Tag("", "later")], Drain(pending, 0).Select(static one => one.Mark));
        Assert.Equal([Mark.Clear], Drain(pending, 1).Select(static one => one.Mark));
    }

    [Fact]
    public void Add_KeyBehindAClear_IsToldByIt()
    {
        var pending = new PendingInvalidations(_state, 10);
        Add(pending, new QueuedInvalidation(0, InvalidationKind.Mark, [], Mark.Clear), Remove(0, "k"));
        Assert.Equal(1, pending.Length);
        Assert.False(_state[0].Held.Has("k"));
        var clear = pending.Send(0)!;
        Add(pending, Remove(0, "k"));
        Assert.Equal(2, pending.Length);
        Assert.True(pending.TryRemove(clear));
        Assert.True(_state[0].Held.Has("k"));
    }

    [Fact]
    public void Add_NumberAlone_HoldsNothingAndNoClearStandsForIt()
    {
        var pending = new PendingInvalidations(_state, 4);
        Add(pending, Number(0, "s:1"), Number(0, "s:1"));
        Assert.Equal((1, false), (pending.Length, _state[0].Held.Has("s:1")));
        Assert.True(pending.TryAdd(Remove(1, "a", "b", "c", "d"), out var collapsed));
        Assert.Equal((5, Partitions + 1), (collapsed, pending.Length));
        Assert.False(pending.TryAdd(Number(0, "s:2"), out _));
        Assert.Equal([InvalidationKind.Mark, InvalidationKind.Set], Drain(pending, 0).Select(static one => one.Kind));
    }

    [Fact]
    public void Anything_InAnyOrder_IsHeldUntilItWasSentAndNoLongerAndNeverExceedsTheBound()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var state = new CoherenceState(Partitions, 2_000, 100, new NoDrops());
            var pending = new PendingInvalidations(state, 8);

            // What was asked, and which sending of its partition is the last that began before.
            var asked = new List<(QueuedInvalidation What, int Key, long Before)>();
            var underWay = new (QueuedInvalidation What, long At)?[Partitions];
            var sent = new List<(QueuedInvalidation What, long At)>();
            for (var step = 0; step < 60; step++)
            {
                var partition = random.Next(Partitions);
                switch (random.Next(6))
                {
                    case 0 or 1 or 2:
                        var added = Any(random, partition);
                        pending.TryAdd(added, out _);
                        for (var key = 0; key < added.Length; key++) asked.Add((added, key, step));
                        break;
                    case 3:
                        // Begun, or begun again after a failure.
                        if (pending.Send(partition) is { } next) underWay[partition] = (next, step);
                        break;
                    default:
                        if (underWay[partition] is not { } done) break;
                        underWay[partition] = null;
                        sent.Add(done);
                        pending.TryRemove(done.What);
                        break;
                }

                Check();
            }

            for (var partition = 0; partition < Partitions; partition++)
            {
                while (pending.Send(partition) is { } next)
                {
                    sent.Add((next, 1_000));
                    Assert.True(pending.TryRemove(next));
                }
            }

            Check();
            Assert.True(pending.Length == 0 && Enumerable.Range(0, Partitions).All(p => !IsAnythingHeld(state, p)), $"Seed {seed}: something is held for ever.");

            void Check()
            {
                Assert.True(pending.Length <= 8, $"Seed {seed}: {pending.Length} wait.");
                foreach (var (what, key, before) in asked)
                {
                    // A clear tells of a tag in the partitions it was sent to; in the others it is still to be held.
                    var isTold = what.Kind == InvalidationKind.Mark
                        ? state[what.Partition].Held.Concern(what.Mark, 0) || IsSent(s => s.Mark == what.Mark)
                            || Enumerable.Range(0, Partitions).All(p => state[p].Held.Concern(Mark.Clear, 0) || IsSent(s => s.Partition == p && s.Mark.IsClear))
                        : state[what.Partition].Held.Has(what.Keys[key].Index) || state[what.Partition].Held.Concern(Mark.Clear, 0)
                            || IsSent(s => s.Partition == what.Partition && (s.Mark.IsClear || (s.Keys.Contains(what.Keys[key]) && (s.Kind == what.Kind || s.Kind == InvalidationKind.Remove))));
                    Assert.True(isTold, $"Seed {seed}: {what.Kind} {(what.Keys.Length > 0 ? what.Keys[key].Name : what.Mark.Name)} is neither sent nor held.");

                    bool IsSent(Func<QueuedInvalidation, bool> isIt) => sent.Any(s => s.At > before && isIt(s.What));
                }
            }
        }
    }

    private static bool IsAnythingHeld(CoherenceState state, int partition) =>
        state[partition].Held.Concern(Mark.Clear, 0) || Names.Any(name => state[partition].Held.Has(name) || state[partition].Held.Concern(Mark.Tag("", name), 0));

    private static readonly string[] Names = ["a", "b", "c"];

    private static QueuedInvalidation Any(Random random, int partition) => random.Next(4) switch
    {
        0 => Tag(partition, random.GetItems(Names, 1)[0]),
        1 => Expire(partition, random.GetItems(Names, 1)[0]),
        _ => Remove(partition, [.. random.GetItems(Names, random.Next(1, 3)).Distinct()]),
    };

    private static void Add(PendingInvalidations pending, params QueuedInvalidation[] added)
    {
        foreach (var one in added) Assert.True(pending.TryAdd(one, out _));
    }

    private static List<QueuedInvalidation> Drain(PendingInvalidations pending, int partition)
    {
        var sent = new List<QueuedInvalidation>();
        while (pending.Send(partition) is { } next)
        {
            sent.Add(next);
            Assert.True(pending.TryRemove(next));
        }

        return sent;
    }

    private static QueuedInvalidation Tag(int partition, string tag) => QueuedInvalidation.Of(partition, Mark.Tag("", tag));

    private static QueuedInvalidation Remove(int partition, params string[] keys) => Of(InvalidationKind.Remove, partition, keys);

    private static QueuedInvalidation Expire(int partition, string key) => Of(InvalidationKind.Expire, partition, key);

    private static QueuedInvalidation Number(int partition, string key) => Of(InvalidationKind.Set, partition, key);

    private static QueuedInvalidation Of(InvalidationKind kind, int partition, params string[] keys) =>
        new(partition, kind, [.. keys.Select(key => new CacheKey(kind == InvalidationKind.Set ? KeyKind.Primary : KeyKind.Cached, "", key, key, "v", partition))], default);

    private sealed class NoDrops : ILocalDrops
    {
        public void DropBelow(string index, long sequence)
        {
        }

        public void ExpireBelow(string index, long sequence)
        {
        }
    }
}
