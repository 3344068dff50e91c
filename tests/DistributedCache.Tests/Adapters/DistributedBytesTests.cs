using System.Buffers;
using System.Text;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>Bytes come out as they went in, under any key, by every form, and are nobody else's.</summary>
public class DistributedBytesTests
{
    private static readonly DistributedCacheEntryOptions Plain = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Keys => ["", " ", "a", "\u0000", "\u0001a", "\u0002t\u0002a", "\u0003\u0001a", "line\nbreak", "\ud800", new string('k', 255), new string('k', 256), new string('k', 5000)];

    [Theory, MemberData(nameof(Keys))]
    public async Task SetAndGet_AnyKeyAndForm_AnswersTheBytes(string key)
    {
        foreach (var holdsValues in (bool[])[false, true])
        {
            var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
            await using var node = TestCache.Make(remote: new InProcessRemote(holdsValues, timeProvider: time), time: time);
            var cache = node.Distributed();
            foreach (var value in (byte[][])[[], [0], [.. Enumerable.Range(0, 1000).Select(i => (byte)i)]])
            {
                cache.Set(key, value, Plain);
                await AssertAll(cache, key, value);
                await cache.SetAsync(key, Split([.. value, 1]), Plain, Ct);
                await AssertAll(cache, key, [.. value, 1]);
                cache.Set(key, Split([.. value, 2]), Plain);
                await AssertAll(cache, key, [.. value, 2]);
                await cache.SetAsync(key, [.. value, 3], Plain, Ct);
                await AssertAll(cache, key, [.. value, 3]);
            }

            cache.Remove(key);
            await AssertAll(cache, key, null);
            cache.Set(key, [1], Plain);
            await cache.RemoveAsync(key, Ct);
            await AssertAll(cache, key, null);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Get_BytesChangedByTheCaller_OthersSeeTheOriginal(bool holdsValues)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = TestCache.Make(remote: new InProcessRemote(holdsValues, timeProvider: time), time: time);
        var cache = node.Distributed();
        byte[] given = [1, 2];
        cache.Set("k", given, Plain);
        given[0] = 9;
        for (var i = 0; i < 3; i++)
        {
            var found = cache.Get("k")!;
            Assert.Equal([1, 2], found);
            found[0] = 9;
        }
    }

    [Fact]
    public async Task GetAndSet_NotKeptInL1_CopyOnceBesidesTheTier()
    {
        const int Size = 10_000, Overhead = 4_000;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = TestCache.Make(remote: new InProcessRemote(holdsValues: true, timeProvider: time), time: time);
        var cache = node.Distributed();
        var session = new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20) };
        var value = new byte[Size];

        // The tier in memory makes an array of its own for each.
        Assert.InRange(Least(() => cache.Set("k", value, session)), Size, Size + Overhead);
        Assert.InRange(Least(() => cache.Get("k")), 2 * Size, (2 * Size) + Overhead);

        static long Least(Action action)
        {
            var least = long.MaxValue;
            for (var i = 0; i < 200; i++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                action();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return least;
        }
    }

    [Fact]
    public async Task Get_HitInL1_IsSynchronousAndCopiesOnce()
    {
        await using var node = TestCache.Make();
        var cache = node.Distributed();
        cache.Set("k", new byte[10_000], Plain);
        Assert.True(cache.GetAsync("k", Ct).IsCompletedSuccessfully);
        var least = long.MaxValue;
        for (var i = 0; i < 200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            cache.Get("k");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 10_000, 10_032);
        var writer = new ArrayBufferWriter<byte>(1 << 20);
        least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            cache.TryGet("k", writer);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public async Task Set_Overwriting_NoReaderFindsNothingInBetween()
    {
        await using var node = TestCache.Make();
        var cache = node.Distributed();
        cache.Set("k", [0], Plain);
        var isDone = false;
        var reader = Task.Run(
            () =>
            {
                var missed = 0;
                while (!Volatile.Read(ref isDone)) missed += cache.Get("k") is null ? 1 : 0;
                return missed;
            },
            Ct);
        for (var i = 0; i < 20_000; i++) cache.Set("k", [(byte)i], Plain);
        Volatile.Write(ref isDone, true);
        Assert.Equal(0, await reader);
        Assert.Equal([unchecked((byte)19_999)], cache.Get("k")!);
    }

    [Fact]
    public async Task AnyCall_NullArgument_Throws()
    {
        await using var node = TestCache.Make();
        var cache = node.Distributed();
        Assert.Throws<ArgumentNullException>(() => cache.Get(null!));
        Assert.Throws<ArgumentNullException>(() => cache.Set(null!, [1], Plain));
        Assert.Throws<ArgumentNullException>(() => cache.Set("k", null!, Plain));
        Assert.Throws<ArgumentNullException>(() => cache.Set("k", [1], null!));
        Assert.Throws<ArgumentNullException>(() => cache.Refresh(null!));
        Assert.Throws<ArgumentNullException>(() => cache.Remove(null!));
        Assert.Throws<ArgumentNullException>(() => cache.TryGet("k", null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.GetAsync(null!, Ct));
        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.RemoveAsync(null!, Ct));
        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.SetAsync("k", null!, Plain, Ct));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await cache.TryGetAsync("k", null!, Ct));
    }

    [Fact]
    public async Task Extensions_StringsAndDefaults_Work()
    {
        await using var node = TestCache.Make();
        var cache = node.Services.GetRequiredService<IDistributedCache>();
        await cache.SetStringAsync("k", "äöü", Ct);
        Assert.Equal("äöü", await cache.GetStringAsync("k", Ct));
        Assert.Equal("äöü", cache.GetString("k"));
        cache.Set("k", [65]);
        Assert.Equal("A", cache.GetString("k"));
        node.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("A", cache.GetString("k"));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(cache.GetString("k"));
    }

    [Fact]
    public async Task Get_AfterClearAndTags_IsStillThere()
    {
        await using var node = TestCache.Make();
        node.Distributed().Set("k", [1], Plain);
        await node.Cache.ClearAsync(Ct);
        await node.Hybrid().RemoveByTagAsync("*", Ct);
        Assert.Equal([1], node.Distributed().Get("k"));
    }

    [Fact]
    public async Task SetAndRemove_OnAnotherNode_AreSeenHere()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        await using var a = TestCache.Make(remote: remote, time: time);
        await using var b = TestCache.Make(remote: remote, time: time);
        foreach (var options in (DistributedCacheEntryOptions[])[Plain, new() { SlidingExpiration = TimeSpan.FromMinutes(1) }])
        {
            a.Distributed().Set("k", [1], options);
            Assert.Equal([1], b.Distributed().Get("k"));
            Assert.Equal([1], a.Distributed().Get("k"));
            b.Distributed().Set("k", [2], options);
            Assert.Equal([2], a.Distributed().Get("k"));
            a.Distributed().Remove("k");
            Assert.Null(b.Distributed().Get("k"));
            Assert.Null(a.Distributed().Get("k"));
        }
    }

    [Fact]
    public async Task Local_Off_EveryReadAsksTheRemoteTier()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new UnreliableRemote(new InProcessRemote(timeProvider: time));
        await using var node = TestCache.Make(o => o.DistributedCache.Local = false, time: time, services: s => s.AddSingleton<IRemoteTier>(remote));
        node.Distributed().Set("k", [1], Plain);
        Assert.Equal([1], node.Distributed().Get("k"));
        remote.IsAway = true;
        Assert.Throws<InvalidOperationException>(() => node.Distributed().Get("k"));
    }

    [Fact]
    public async Task Local_OffWithoutARemoteTier_L1HoldsTheEntriesAllTheSame()
    {
        await using var node = TestCache.Make(o => o.DistributedCache.Local = false);
        node.Distributed().Set("k", [1], Plain);
        Assert.Equal([1], node.Distributed().Get("k"));
        node.Distributed().Set("k", [2], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Assert.Equal([2], node.Distributed().Get("k"));
    }

    private static async Task AssertAll(IBufferDistributedCache cache, string key, byte[]? expected)
    {
        Assert.Equal(expected, cache.Get(key));
        Assert.Equal(expected, await cache.GetAsync(key, Ct));
        var writer = new ArrayBufferWriter<byte>();
        Assert.Equal(expected is not null, cache.TryGet(key, writer));
        Assert.Equal(expected is not null, await cache.TryGetAsync(key, writer, Ct));
        Assert.Equal(expected is null ? [] : [.. expected, .. expected], writer.WrittenSpan.ToArray());
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, bytes.Length / 2), 0, null);
        var second = new Segment(bytes.AsMemory(bytes.Length / 2), bytes.Length / 2, first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? before)
        {
            Memory = memory;
            RunningIndex = index;
            before?.Next = this;
        }
    }
}
