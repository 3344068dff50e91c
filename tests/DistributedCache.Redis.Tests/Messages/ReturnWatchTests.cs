using DistributedCache.Expiry;
using DistributedCache.Redis.Following;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>Masters that are away are asked after until they answer.</summary>
public sealed class ReturnWatchTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<int> _asked = [];
    private readonly TaskCompletionSource _hung = new();
    private readonly ReturnWatch _watch;
    private Func<int, Task> _answer = static _ => Task.FromException(new TimeoutException());
    private int _returned;

    public ReturnWatchTests() => _watch = new ReturnWatch(AskAsync, () => Interlocked.Increment(ref _returned), new CacheClock(_time));

    [Fact]
    public async Task Returned_MasterAnswersAgain_IsToldOnce()
    {
        _watch.Note([3], MasterOf);
        await AskedAsync(3);
        await AskedAsync(3);
        Assert.Equal(0, _returned);
        Assert.True(_watch.IsAway(MasterOf(3)));
        _answer = static _ => Task.CompletedTask;
        await AskedAsync(3);
        await Poll.UntilAsync(() => Task.FromResult(_returned == 1), () => "Nobody is told.");
        Assert.False(_watch.IsAway(MasterOf(3)));

        // Until a beat finds it away again.
        AsksNobody();
        Assert.Equal(1, _returned);
    }

    [Fact]
    public async Task Note_ManyPartitionsOfTwoMasters_AsksForOneOfEach()
    {
        _watch.Note([1, 2, 3, 11, 12], MasterOf);
        await AskedAsync(1, 11);
    }

    [Fact]
    public async Task Note_OneMasterHangs_AsksTheOtherMoreOften()
    {
        _answer = partition => partition == 1 ? _hung.Task : Task.FromException(new TimeoutException());
        _watch.Note([1, 11], MasterOf);
        await Poll.UntilAsync(
            () =>
            {
                Tick();
                return Task.FromResult(CountOf(11) > CountOf(1) && CountOf(1) > 0);
            },
            () => $"They were asked {CountOf(11)} and {CountOf(1)} times.");
    }

    [Fact]
    public async Task Note_MasterHangs_IsAskedAgainBeforeItAnswers()
    {
        _answer = partition => _hung.Task;
        _watch.Note([1], MasterOf);
        await Poll.UntilAsync(
            () =>
            {
                Tick();
                return Task.FromResult(CountOf(1) > 1);
            },
            () => "It was asked once.");
        Assert.Equal(0, _returned);
    }

    [Fact]
    public async Task Note_NoneIsAwayAnyMore_AsksNobody()
    {
        _watch.Note([1], MasterOf);
        await AskedAsync(1);
        _watch.Note([], MasterOf);
        AsksNobody();
    }

    public async ValueTask DisposeAsync()
    {
        _hung.SetResult();
        await _watch.DisposeAsync();
    }

    private static int MasterOf(int partition) => partition / 10;

    // Time passes until these, and no others, were asked: one whose answer is under way is not asked again.
    private async Task AskedAsync(params int[] asked)
    {
        lock (_asked) _asked.Clear();
        await Poll.UntilAsync(
            () =>
            {
                lock (_asked)
                    if (_asked.Distinct().Order().SequenceEqual(asked)) return Task.FromResult(true);
                Tick();
                return Task.FromResult(false);
            },
            () => $"Asked were {string.Join(", ", _asked)}.");
    }

    private void Tick() => _time.Advance(TimeSpan.FromMilliseconds(100));

    private int CountOf(int partition)
    {
        lock (_asked) return _asked.Count(asked => asked == partition);
    }

    private void AsksNobody()
    {
        lock (_asked) _asked.Clear();
        _time.Advance(TimeSpan.FromSeconds(1));
        lock (_asked) Assert.Empty(_asked);
    }

    private Task AskAsync(int partition)
    {
        lock (_asked) _asked.Add(partition);
        return _answer(partition);
    }
}
