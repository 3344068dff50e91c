using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Redis.Following;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A channel that brings nothing is told from one on which nothing is sent.</summary>
public sealed class ChannelWatchTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly FakeTimeProvider _time = new();
    private readonly ChannelWatch _watch;

    public ChannelWatchTests()
    {
        _watch = new ChannelWatch(new CacheClock(_time));
        _watch.Begin();
    }

    [Fact]
    public void IsDeafTo_NothingIsSent_IsFalse()
    {
        for (var i = 0; i < 10; i++) Assert.False(Beats(17));
    }

    [Fact]
    public void IsDeafTo_EverythingIsHeard_IsFalse()
    {
        for (var i = 17; i < 30; i++)
        {
            Assert.False(Beats(i));
            Hear(i + 1);
        }
    }

    [Fact]
    public void IsDeafTo_MessageIsUnderWay_IsFalse()
    {
        Beats(17);
        Assert.False(Beats(18));
        Hear(18);
        Assert.False(Beats(18));
    }

    [Fact]
    public void IsDeafTo_MessageDoesNotCome_IsTrueOnceInAWhile()
    {
        Beats(17);
        Beats(18);
        Assert.True(Beats(19));
        for (var i = 20; i < 29; i++) Assert.False(Beats(i));
        Assert.True(Beats(30));
    }

    [Fact]
    public void IsDeafTo_SentBeforeItWasSubscribed_IsFalse()
    {
        Beats(17);
        Beats(18);
        _watch.Begin();
        Assert.False(Beats(18));
        Assert.False(Beats(18));
    }

    [Fact]
    public void IsDeafTo_NewIncarnation_CountsFromItsHead()
    {
        Beats(17);
        Hear(17);
        Assert.False(Beats(3, incarnation: 2));
        Assert.False(Beats(3, incarnation: 2));
        Beats(4, incarnation: 2);
        Assert.True(Beats(4, incarnation: 2));
    }

    private bool Beats(long sequence, long incarnation = 1)
    {
        _time.Advance(Beat);
        return _watch.IsDeafTo(new Head(incarnation, 0, sequence, 0));
    }

    private void Hear(long sequence) => _watch.Hear(new Invalidation(0, 1, 0, sequence, InvalidationKind.Remove, []));
}
