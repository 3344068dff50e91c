using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>Absolute and relative ends hold to the millisecond; a sliding value lives at least its window after the last read, and at most
/// 1.1 windows; in L1 and in the remote tier alike.</summary>
public sealed class DistributedExpiryTests : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly List<TestCache> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Property(MaxTest = 60)]
    public void Set_AbsoluteOrRelative_EndsToTheMillisecond(PositiveInt milliseconds, bool isRelative, bool holdsValues)
    {
        var (node, time, _) = Make(holdsValues);
        var lifetime = TimeSpan.FromMilliseconds(milliseconds.Get);
        node.Distributed().Set("k", [1], isRelative
            ? new() { AbsoluteExpirationRelativeToNow = lifetime }
            : new() { AbsoluteExpiration = time.GetUtcNow() + lifetime });
        time.Advance(lifetime - Step);
        Assert.NotNull(node.Distributed().Get("k"));
        time.Advance(Step);
        Assert.Null(node.Distributed().Get("k"));
    }

    [Property(MaxTest = 60)]
    public void Get_Sliding_LivesOneToOnePointOneWindowsAfterTheLastRead(PositiveInt tens, NonEmptyArray<byte> waits, bool holdsValues)
    {
        var window = TimeSpan.FromMilliseconds(10 * tens.Get);
        var (a, time, remote) = Make(holdsValues);
        var b = holdsValues ? Make(time, remote) : a;
        a.Distributed().Set("k", [1], new() { SlidingExpiration = window });
        foreach (var wait in waits.Get)
        {
            // Up to the last moment at which it must still be there; the last reader may be any node.
            time.Advance(window * (wait / 255.0));
            Assert.NotNull((wait % 2 == 0 ? a : b).Distributed().Get("k"));
        }

        time.Advance(window - Step);
        Assert.True(IsThere(a, holdsValues), $"gone within a window of {window}");
        time.Advance((window * 0.1) + Step);
        Assert.False(IsThere(a, holdsValues), $"there after 1.1 windows of {window}");

        // A look at what is stored, which renews nothing.
        static bool IsThere(TestCache node, bool holdsValues) => node.IsStored("k", holdsValues);
    }

    [Property(MaxTest = 40)]
    public void Get_SlidingWithAnEnd_EndsThereToTheMillisecond(PositiveInt tens, PositiveInt more, bool holdsValues)
    {
        var window = TimeSpan.FromMilliseconds(10 * tens.Get);
        var end = window + TimeSpan.FromMilliseconds(more.Get);
        var (node, time, _) = Make(holdsValues);
        node.Distributed().Set("k", [1], new() { SlidingExpiration = window, AbsoluteExpirationRelativeToNow = end });
        var left = end - Step;
        while (left > TimeSpan.Zero)
        {
            var wait = left < window / 2 ? left : window / 2;
            time.Advance(wait);
            left -= wait;
            Assert.NotNull(node.Distributed().Get("k"));
        }

        time.Advance(Step);
        Assert.Null(node.Distributed().Get("k"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Refresh_Sliding_Renews(bool holdsValues)
    {
        var (node, time, _) = Make(holdsValues);
        node.Distributed().Set("k", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(10) });
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(9));
            node.Distributed().Refresh("k");
        }

        Assert.NotNull(node.Distributed().Get("k"));
        time.Advance(TimeSpan.FromSeconds(11));
        node.Distributed().Refresh("k");
        Assert.Null(node.Distributed().Get("k"));
    }

    [Fact]
    public void Get_SlidingInTheRemoteTier_RenewsOnceATenthOfTheWindow()
    {
        var (node, time, remote) = Make(holdsValues: true);
        node.Distributed().Set("k", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(100) });
        for (var i = 0; i < 9; i++) ReadAfter(1);
        Assert.Equal(0, remote!.Renewals);
        ReadAfter(1);
        Assert.Equal(1, remote.Renewals);
        for (var i = 0; i < 9; i++) ReadAfter(1);
        Assert.Equal(1, remote.Renewals);
        ReadAfter(1);
        Assert.Equal(2, remote.Renewals);

        // A shorter window set meanwhile is not taken for renewed.
        node.Distributed().Set("k", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(5) });
        ReadAfter(4);
        Assert.Equal(3, remote.Renewals);
        ReadAfter(5);

        void ReadAfter(int seconds)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.NotNull(node.Distributed().Get("k"));
        }
    }

    [Fact]
    public void Set_EndInThePast_Throws()
    {
        var (node, time, _) = Make(holdsValues: false);
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Distributed().Set("k", [1], new() { AbsoluteExpiration = time.GetUtcNow() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Distributed().Set("k", [1], new() { AbsoluteExpiration = time.GetUtcNow() - Step }));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Set_YearsAhead_Is30Days(bool holdsValues)
    {
        var (node, time, _) = Make(holdsValues);
        node.Distributed().Set("a", [1], new() { AbsoluteExpiration = DateTimeOffset.MaxValue });
        node.Distributed().Set("b", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.MaxValue });
        node.Distributed().Set("c", [1], new() { SlidingExpiration = TimeSpan.MaxValue });
        time.Advance(TimeSpan.FromDays(30) - Step);
        Assert.All((string[])["a", "b", "c"], key => Assert.NotNull(node.Distributed().Get(key)));
        time.Advance(Step);
        Assert.Null(node.Distributed().Get("a"));
        Assert.Null(node.Distributed().Get("b"));
        Assert.NotNull(node.Distributed().Get("c"));
        time.Advance(TimeSpan.FromDays(33.1));
        Assert.Null(node.Distributed().Get("c"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Get_SlidingOnly_HasNoOtherEnd(bool holdsValues)
    {
        var (node, time, _) = Make(holdsValues);
        node.Distributed().Set("k", [1], new() { SlidingExpiration = TimeSpan.FromDays(10) });
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromDays(9));
            Assert.NotNull(node.Distributed().Get("k"));
        }
    }

    private (TestCache Node, FakeTimeProvider Time, UnreliableRemote? Remote) Make(bool holdsValues)
    {
        var time = new LongTime(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = holdsValues ? new UnreliableRemote(new InProcessRemote(timeProvider: time)) : null;
        return (Make(time, remote), time, remote);
    }

    private TestCache Make(FakeTimeProvider time, UnreliableRemote? remote)
    {
        var node = TestCache.Make(time: time, services: services =>
        {
            if (remote is not null) services.AddSingleton<IRemoteTier>(remote);
        });
        _nodes.Add(node);
        return node;
    }

    /// <summary>A clock whose months pass at once: without timers, whose every second of them would be run.</summary>
    private sealed class LongTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
