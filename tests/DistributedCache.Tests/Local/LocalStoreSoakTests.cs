using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Readers, writers and removers at once; bounded by counts, not by time.</summary>
public class LocalStoreSoakTests
{
    private const int Threads = 4;
    private const int Rounds = 60_000;

    [Fact]
    public void Store_ReadersWritersRemovers_NeverExceedsTheBoundNorAnswersWithAnotherKey()
    {
        const int Keys = 3_000;
        var seed = Random.Shared.Next();
        var store = new LocalStore(new LocalStoreOptions
        {
            Budget = 200_000,
            Regions = [new(EvictionKind.Lru, 50_000), new(EvictionKind.Never, 50_000)],
        });
        var keys = Enumerable.Range(0, Keys).Select(i => "k" + i).ToArray();

        Run(Threads, seed, (random, _) =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                var key = keys[random.Next(Keys)];
                var action = random.Next(100);
                if (action < 60)
                {
                    if (store.Find(key) is { } hit)
                    {
                        Assert.Equal(key, hit.Key);
                        Assert.Equal(key, hit.Value);
                        store.Touch(hit);
                    }
                }
                else if (action < 90)
                {
                    var region = (byte)random.Next(3);
                    store.Put(new LocalEntry(key, key, random.Next(1, 1_000), region) { Deadline = i + 500 }, i);
                    Assert.InRange(store.Regions[region].Bytes, 0, store.Regions[region].Budget);
                }
                else if (action < 97)
                {
                    store.Remove(key);
                }
                else if (action < 99)
                {
                    store.Sweep(i, 64);
                }
                else if (random.Next(50) == 0)
                {
                    store.Clear();
                }
                else
                {
                    store.Trim(0.01, i);
                }
            }
        });

        store.Validate();
    }

    [Fact]
    public void Find_WhileTheIndexGrows_EndsAndTheLockedAnswerIsExact()
    {
        const int PerThread = 40_000;
        var store = new LocalStore(new LocalStoreOptions { Budget = long.MaxValue });
        var misses = 0;

        Run(Threads, Random.Shared.Next(), (random, thread) =>
        {
            for (var i = 0; i < PerThread; i++)
            {
                store.Put(StoreInvariants.New($"{thread}:{i}"), 0);
                var earlier = $"{thread}:{random.Next(i + 1)}";
                if (store.Find(earlier.AsSpan()) is { } found)
                    Assert.Equal(earlier, found.Key);
                else
                    Interlocked.Increment(ref misses);
                Assert.Equal(earlier, store.FindLocked(earlier)?.Key);
            }
        });

        Assert.Equal(Threads * PerThread, store.Count);
        Assert.InRange(misses, 0, Threads * PerThread / 10);
        store.Validate();
    }

    [Fact]
    public void Find_WhileItsKeyIsReplaced_NeverMisses()
    {
        // Fewer keys than buckets at the start: no resize, the one thing that may hide an entry.
        var keys = Enumerable.Range(0, 12).Select(i => "k" + i).ToArray();
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000_000 });
        foreach (var key in keys)
            store.Put(StoreInvariants.New(key), 0);

        Run(2, Random.Shared.Next(), (random, thread) =>
        {
            for (var i = 0; i < 5 * Rounds; i++)
            {
                var key = keys[random.Next(keys.Length)];
                if (thread == 0)
                    store.Put(StoreInvariants.New(key), 0);
                else
                    Assert.Equal(key, store.Find(key)?.Key);
            }
        });

        store.Validate();
    }

    private static void Run(int threads, int seed, Action<Random, int> body)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var errors = new List<Exception>();
        var running = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            try
            {
                body(new Random(seed + thread), thread);
            }
            catch (Exception error)
            {
                lock (errors)
                    errors.Add(error);
            }
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        if (errors.Count > 0)
            throw new AggregateException($"seed {seed}", errors);
    }
}
