using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using DistributedCache.Local;
using DistributedCache.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Local;

/// <summary>Other tests' allocations would be taken for the values'.</summary>
[CollectionDefinition(nameof(WeightHeapTests), DisableParallelization = true)]
public sealed class WeightHeapCollection;

/// <summary>Weights against what the heap really grows by, with values made as applications make them.</summary>
[Collection(nameof(WeightHeapTests))]
public sealed class WeightHeapTests(ITestOutputHelper output)
{
    private const int Seed = 20_26;

    public static readonly int[] Sizes = [1, 10, 100, 1000];

    private static readonly Dictionary<string, Func<Random, int, object>> Makers = new()
    {
        ["string"] = (r, n) => Text(r, n),
        ["byte[]"] = (_, n) => new byte[n],
        ["long[]"] = (_, n) => new long[n],
        ["Guid[]"] = (_, n) => new Guid[n],
        ["string[]"] = (r, n) => Enumerable.Range(0, n).Select(_ => Word(r)).ToArray(),
        ["Dto"] = (r, n) => Product(r, n),
        ["Dto[]"] = (r, n) => Enumerable.Range(0, n).Select(i => Product(r, i)).ToArray(),
        ["record"] = (r, n) => new Person(Text(r, n), r.Next(), new Address(Word(r), Word(r), r.Next())),
        ["List<Dto> by ToList"] = (r, n) => Enumerable.Range(0, n).Select(i => Product(r, i)).ToList(),
        ["List<Dto> by Add"] = (r, n) => Added(n, i => Product(r, i)),
        ["List<int> by ToList"] = (_, n) => Enumerable.Range(0, n).ToList(),
        ["List<int> by Add"] = (_, n) => Added(n, i => i),
        ["List<string> by ToList"] = (r, n) => Enumerable.Range(0, n).Select(_ => Word(r)).ToList(),
        ["List<string> by Where"] = (r, n) => Enumerable.Range(0, 2 * n).Where(i => i % 2 == 0).Select(_ => Word(r)).ToList(),
        ["List<(int, string)>"] = (r, n) => Added(n, i => (i, Word(r))),
        ["Dictionary<string, string>"] = (r, n) => Map(r, n, (_, i) => Key(i), (r, _) => Word(r)),
        ["Dictionary<string, int>"] = (r, n) => Map(r, n, (_, i) => Key(i), (_, i) => i),
        ["Dictionary<int, int>"] = (r, n) => Map(r, n, (_, i) => i, (_, i) => i),
        ["Dictionary<int, Dto> by Add"] = (r, n) => Map(r, n, (_, i) => i, Product),
        ["Dictionary<int, Dto> by ToDictionary"] = (r, n) => Enumerable.Range(0, n).Select(i => Product(r, i)).ToDictionary(p => p.Id),
        ["HashSet<string>"] = (r, n) => Enumerable.Range(0, n).Select(Key).ToHashSet(),
        ["HashSet<int>"] = (r, n) => Enumerable.Range(0, n).ToHashSet(),
        ["nested"] = (r, n) => new Order
        {
            Id = n,
            Customer = new Person(Word(r), r.Next(), null),
            Lines = Enumerable.Range(0, n).Select(i => new Line { Product = Product(r, i), Quantity = i }).ToList(),
            Notes = { [Word(r)] = [Word(r), Word(r)] },
        },
        ["SortedDictionary<int, string>"] = (r, n) => new SortedDictionary<int, string>(Map(r, n, (_, i) => i, (r, _) => Word(r))),
        ["ConcurrentDictionary<int, string>"] = (r, n) => new ConcurrentDictionary<int, string>(Map(r, n, (_, i) => i, (r, _) => Word(r))),
        ["ImmutableArray<string>"] = (r, n) => Enumerable.Range(0, n).Select(_ => Word(r)).ToImmutableArray(),
        ["ImmutableList<int>"] = (r, n) => Enumerable.Range(0, n).ToImmutableList(),
        ["ImmutableDictionary<int, string>"] = (r, n) => Map(r, n, (_, i) => i, (r, _) => Word(r)).ToImmutableDictionary(),
        ["Queue<int>"] = (r, n) => new Queue<int>(Enumerable.Range(0, n)),
        ["LinkedList<string>"] = (r, n) => new LinkedList<string>(Enumerable.Range(0, n).Select(_ => Word(r))),
    };

    public static TheoryData<string, int> Cases()
    {
        var cases = new TheoryData<string, int>();
        foreach (var name in Makers.Keys)
        {
            foreach (var size in Sizes) cases.Add(name, size);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weigh_LiveValues_IsWithinTheBandOfTheHeap(string name, int size)
    {
        // One generic call per static type, as callers make them.
        var ratio = Makers[name](new Random(Seed), 1) switch
        {
            string => Ratio<string>(name, size),
            byte[] => Ratio<byte[]>(name, size),
            long[] => Ratio<long[]>(name, size),
            Guid[] => Ratio<Guid[]>(name, size),
            string[] => Ratio<string[]>(name, size),
            Dto => Ratio<Dto>(name, size),
            Dto[] => Ratio<Dto[]>(name, size),
            Person => Ratio<Person>(name, size),
            List<Dto> => Ratio<List<Dto>>(name, size),
            List<int> => Ratio<List<int>>(name, size),
            List<string> => Ratio<List<string>>(name, size),
            List<(int, string)> => Ratio<List<(int, string)>>(name, size),
            Dictionary<string, string> => Ratio<Dictionary<string, string>>(name, size),
            Dictionary<string, int> => Ratio<Dictionary<string, int>>(name, size),
            Dictionary<int, int> => Ratio<Dictionary<int, int>>(name, size),
            Dictionary<int, Dto> => Ratio<Dictionary<int, Dto>>(name, size),
            HashSet<string> => Ratio<HashSet<string>>(name, size),
            HashSet<int> => Ratio<HashSet<int>>(name, size),
            Order => Ratio<Order>(name, size),
            SortedDictionary<int, string> => Ratio<SortedDictionary<int, string>>(name, size),
            ConcurrentDictionary<int, string> => Ratio<ConcurrentDictionary<int, string>>(name, size),
            ImmutableArray<string> => Ratio<ImmutableArray<string>>(name, size),
            ImmutableList<int> => Ratio<ImmutableList<int>>(name, size),
            ImmutableDictionary<int, string> => Ratio<ImmutableDictionary<int, string>>(name, size),
            Queue<int> => Ratio<Queue<int>>(name, size),
            LinkedList<string> => Ratio<LinkedList<string>>(name, size),
            var other => throw new InvalidOperationException($"No case for {other.GetType()}."),
        };

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"RATIO {name} {size}: {ratio:0.00}"));
        Assert.InRange(ratio, 0.7, 1.4);
    }

    private static double Ratio<T>(string name, int size)
    {
        var make = Makers[name];
        var (values, heap) = HeapGrowth.Of(Seed, random => make(random, size));

        using var services = new ServiceCollection().BuildServiceProvider();
        var failures = new List<Exception?>();
        var estimator = new WeightEstimator(new SerializerResolver(services), (_, e) => failures.Add(e));
        var weights = values.Sum(v => (double)estimator.Weigh("", (T)v) - WeightEstimator.EntryOverhead);
        Assert.Empty(failures);
        return weights / heap;
    }

    private static string Word(Random r) => Text(r, r.Next(3, 30));

    private static string Text(Random r, int n) => new((char)r.Next('a', 'z'), n);

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"key-{i:00000}");

    private static Dto Product(Random r, int id) => new()
    {
        Id = id,
        Name = Word(r),
        Description = r.Next(2) == 0 ? null : Text(r, r.Next(200)),
        Price = r.Next(),
        Created = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(r.Next(1_000_000)),
        Stock = r.Next(2) == 0 ? null : r.Next(),
    };

    private static List<T> Added<T>(int n, Func<int, T> make)
    {
        var list = new List<T>();
        for (var i = 0; i < n; i++) list.Add(make(i));
        return list;
    }

    private static Dictionary<TKey, TValue> Map<TKey, TValue>(Random r, int n, Func<Random, int, TKey> key, Func<Random, int, TValue> value)
        where TKey : notnull
    {
        var map = new Dictionary<TKey, TValue>();
        for (var i = 0; i < n; i++) map.Add(key(r, i), value(r, i));
        return map;
    }

    private sealed class Dto
    {
        public int Id { get; set; }
        public required string Name { get; set; }
        public string? Description { get; set; }
        public decimal Price { get; set; }
        public DateTime Created { get; set; }
        public int? Stock { get; set; }
        public string Label => $"{Id}: {Name}";
    }

    private sealed record Address(string Street, string City, int Number);

    private sealed record Person(string Name, int Age, Address? Home);

    private sealed class Line
    {
        public required Dto Product { get; init; }
        public int Quantity { get; init; }
    }

    private sealed class Order
    {
        public int Id { get; set; }
        public required Person Customer { get; init; }
        public List<Line> Lines { get; init; } = [];
        public Dictionary<string, List<string>> Notes { get; } = [];
    }
}
