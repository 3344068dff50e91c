using DistributedCache.Diagnostics;

namespace DistributedCache.Tests.Diagnostics;

public class HitCountersTests
{
    [Fact]
    public void Increment_FromOneThread_CountsEachIdApart()
    {
        var (a, b) = (HitCounters.Allocate(), HitCounters.Allocate());
        HitCounters.Increment(a);
        HitCounters.Increment(b);
        HitCounters.Increment(b);
        Assert.Equal((1, 2), (HitCounters.Read(a), HitCounters.Read(b)));
        HitCounters.Free(a);
        HitCounters.Free(b);
    }

    [Fact]
    public void Allocate_FreedId_StartsAtZero()
    {
        // Other tests give ids back too, and the oldest is used first: rounds go on until one of ours comes again.
        var used = new HashSet<int>();
        for (var round = 0; round < 3 || used.Count == 300 * round; round++)
        {
            Assert.True(round < 100, "No id was used again.");
            var ids = Enumerable.Range(0, 300).Select(_ => HitCounters.Allocate()).ToArray();
            Assert.Equal(300, ids.Distinct().Count());
            Assert.All(ids, id => Assert.Equal(0, HitCounters.Read(id)));
            Array.ForEach(ids, HitCounters.Increment);
            RunThread(() => Array.ForEach(ids, HitCounters.Increment));
            Assert.All(ids, id => Assert.Equal(2, HitCounters.Read(id)));
            used.UnionWith(ids);
            Array.ForEach(ids, HitCounters.Free);
        }
    }

    [Fact]
    public void Increment_OfOneThatWasFreedOnAThreadThatNeverCounted_CountsForNobody()
    {
        var id = HitCounters.Allocate();
        HitCounters.Free(id);
        Exception? thrown = null;
        RunThread(() => thrown = Record.Exception(() => HitCounters.Increment(id)));
        Assert.Null(thrown);
    }

    [Fact]
    public void Free_UnknownOrTwice_Throws()
    {
        var id = HitCounters.Allocate();
        HitCounters.Free(id);
        Assert.Throws<ArgumentOutOfRangeException>(() => HitCounters.Free(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => HitCounters.Free(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HitCounters.Read(0));
    }

    [Fact]
    public void Threads_ThatEnd_LeaveTheirCountAndNothingElse()
    {
        const int Threads = 300;
        var id = HitCounters.Allocate();
        for (var i = 0; i < Threads; i++)
            RunThread(() => HitCounters.Increment(id));
        // A collection may have retired some already; other tests' threads come and go: far fewer than these.
        for (var i = 0; i < 20 && HitCounters.RowCount > Threads / 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.InRange(HitCounters.RowCount, 0, Threads / 2);
        Assert.Equal(Threads, HitCounters.Read(id));
        HitCounters.Free(id);
    }

    [Fact]
    public void Soak_ThreadsComeAndGoWhileRead_IsMonotonicAndExact()
    {
        const int Workers = 4, Lives = 25, PerLife = 20_000;
        var ids = new[] { HitCounters.Allocate(), HitCounters.Allocate() };
        var done = false;
        long readings = 0;
        Exception? failure = null;

        var reader = new Thread(() =>
        {
            var last = new long[ids.Length];
            try
            {
                while (!Volatile.Read(ref done))
                {
                    for (var i = 0; i < ids.Length; i++)
                    {
                        var now = HitCounters.Read(ids[i]);
                        Assert.InRange(now, last[i], (long)Workers * Lives * PerLife);
                        last[i] = now;
                    }
                    // Retirements have to happen while counts are read.
                    if (++readings % 64 == 0)
                        GC.Collect(0);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        // One life after another, each a new thread; a new id now and then makes rows grow meanwhile.
        var workers = Enumerable.Range(0, Workers).Select(_ => new Thread(() =>
        {
            for (var life = 0; life < Lives; life++)
            {
                RunThread(() =>
                {
                    for (var i = 0; i < PerLife; i++)
                    {
                        HitCounters.Increment(ids[0]);
                        HitCounters.Increment(ids[1]);
                        if (i == PerLife / 2)
                            GrowRow();
                    }
                });
            }
        })).ToArray();

        reader.Start();
        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
        Volatile.Write(ref done, true);
        reader.Join();

        Assert.Null(failure);
        Assert.True(readings > 0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.All(ids, id => Assert.Equal((long)Workers * Lives * PerLife, HitCounters.Read(id)));
        Array.ForEach(ids, HitCounters.Free);
    }

    private static void GrowRow()
    {
        var ids = Enumerable.Range(0, 80).Select(_ => HitCounters.Allocate()).ToArray();
        Array.ForEach(ids, HitCounters.Increment);
        Array.ForEach(ids, HitCounters.Free);
    }

    private static void RunThread(Action body)
    {
        var thread = new Thread(() => body());
        thread.Start();
        thread.Join();
    }
}
