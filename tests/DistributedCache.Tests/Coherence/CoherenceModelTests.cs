using DistributedCache.Tests.Pipeline;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Coherence;

/// <summary>Random sequences of every operation against a model that is three dictionaries: what was invalidated or has ended is never
/// served, and what was not is found.</summary>
public class CoherenceModelTests
{
    private const int Lifetime = 1_000;

    private static readonly string[] Keys = ["a:1", "a:2", "a:b:1", "b:1", "c"];
    private static readonly string[] Tags = ["x", "y", "z"];
    private static readonly string[] Prefixes = ["a:", "a:b:*", "b:"];
    private static readonly string[] Tenants = ["", "t"];

    [Property(MaxTest = 40, EndSize = 300)]
    public Task Cache_RandomOperationsOnOneNode_AgreesWithModel(Step[] steps) => RunAsync(steps, nodes: 1, holdsValues: false, partitions: 64);

    [Property(MaxTest = 40, EndSize = 300)]
    public Task Cache_RandomOperationsOnTwoNodesWithoutValues_AgreesWithModel(Step[] steps) => RunAsync(steps, nodes: 2, holdsValues: false, partitions: 3);

    [Property(MaxTest = 40, EndSize = 300)]
    public Task Cache_RandomOperationsOnTwoNodesWithValues_AgreesWithModel(Step[] steps) => RunAsync(steps, nodes: 2, holdsValues: true, partitions: 64);

    [Property(MaxTest = 40, EndSize = 300)]
    public Task Cache_RandomOperationsInOnePartition_AgreesWithModel(Step[] steps) => RunAsync(steps, nodes: 2, holdsValues: true, partitions: 1);

    private static async Task RunAsync(Step[] steps, int nodes, bool holdsValues, int partitions)
    {
        await using var two = TwoNodes.Make(holdsValues, o => o.Profiles["Default"].Duration = TimeSpan.FromMilliseconds(Lifetime), partitions);
        var model = new Model(nodes, holdsValues);
        var value = 0;
        foreach (var step in steps)
        {
            var node = step.Node % nodes;
            var root = node == 0 ? two.A : two.B;
            var tenant = Tenants[step.Tenant % 4 == 0 ? 1 : 0];
            var cache = tenant.Length == 0 ? root : root.ForTenant(tenant);
            var key = Keys[step.Key % Keys.Length];
            string[] tags = [.. Tags.Where((_, i) => (step.Tags >> i & 1) != 0)];
            string[] some = [.. Keys.Where((_, i) => (step.Tags >> i & 1) != 0)];
            var place = (tenant, key);
            switch (step.Kind % 14)
            {
                case 0 or 1 or 2 or 3:
                    var expected = model.Find(node, place);
                    var loaded = await cache.GetOrCreateAsync(key, (load, _) =>
                    {
                        Assert.Null(expected);
                        foreach (var tag in tags.Skip(1)) load.Tags.Add(tag);
                        return ValueTask.FromResult(++value);
                    }, tags: tags.Take(1), cancellationToken: CancellationToken.None);
                    Assert.Equal(expected ?? value, loaded);
                    if (expected is null) model.Load(node, place, loaded, tags);
                    break;
                case 4 or 5:
                    var found = await cache.GetAsync<int>(key, cancellationToken: CancellationToken.None);
                    Assert.Equal(model.Find(node, place), found.HasValue ? found.Value : null);
                    break;
                case 6:
                    await cache.SetAsync(key, ++value, null, tags, CancellationToken.None);
                    model.Set(node, place, value, tags);
                    break;
                case 7:
                    await (step.Tags % 2 == 0 ? cache.RemoveAsync(key, CancellationToken.None) : cache.ExpireAsync(key, CancellationToken.None));
                    model.Invalidate(other => other.Place == place);
                    break;
                case 8:
                    var gone = Tags[step.Key % Tags.Length];
                    await cache.RemoveByTagAsync(gone, CancellationToken.None);
                    model.Invalidate(other => other.Place.Tenant == tenant && other.Tags.Contains(gone));
                    break;
                case 9:
                    var prefix = Prefixes[step.Key % Prefixes.Length];
                    await cache.RemoveByPrefixAsync(prefix, CancellationToken.None);
                    model.Invalidate(other => other.Place.Tenant == tenant && other.Place.Key.StartsWith(prefix.TrimEnd('*'), StringComparison.Ordinal));
                    break;
                case 10 when step.Tags < 64:
                    await cache.ClearAsync(CancellationToken.None);
                    model.Invalidate(other => tenant.Length == 0 || other.Place.Tenant == tenant);
                    break;
                case 10:
                    two.Time.Advance(TimeSpan.FromMilliseconds(step.Tags));
                    model.Now += step.Tags;
                    break;
                case 11:
                    var wanted = some.ToDictionary(k => k, k => model.Find(node, (tenant, k)));
                    var many = await cache.GetOrCreateManyAsync<int>(some, (missing, load, _) =>
                    {
                        Assert.Equal(wanted.Where(w => w.Value is null).Select(w => w.Key).Order(), missing.Order());
                        foreach (var tag in tags) load.Tags.Add(tag);
                        return ValueTask.FromResult<IReadOnlyDictionary<string, int>>(missing.ToDictionary(k => k, _ => ++value));
                    }, cancellationToken: CancellationToken.None);
                    foreach (var (k, v) in wanted)
                    {
                        if (v is null) model.Load(node, (tenant, k), many[k], tags);
                        else Assert.Equal(v, many[k]);
                    }

                    break;
                case 12:
                    var looked = await cache.GetManyAsync<int>(some, cancellationToken: CancellationToken.None);
                    foreach (var k in some) Assert.Equal(model.Find(node, (tenant, k)), looked[k].HasValue ? looked[k].Value : null);
                    break;
                default:
                    if (step.Tags % 2 == 0)
                    {
                        await cache.RemoveManyAsync(some, CancellationToken.None);
                        model.Invalidate(other => other.Place.Tenant == tenant && some.Contains(other.Place.Key));
                        break;
                    }

                    await cache.SetManyAsync(some.Select(k => KeyValuePair.Create(k, ++value)), null, tags, CancellationToken.None);
                    for (var i = 0; i < some.Length; i++) model.Set(node, (tenant, some[i]), value - some.Length + 1 + i, tags);
                    break;
            }
        }
    }

    /// <summary>What each node may answer. Where the tier holds values, all answer the same.</summary>
    private sealed class Model(int nodes, bool holdsValues)
    {
        private readonly Dictionary<(string Tenant, string Key), Entry>[] _nodes =
            [.. Enumerable.Range(0, holdsValues ? 1 : nodes).Select(_ => new Dictionary<(string, string), Entry>())];

        public long Now { get; set; }

        public int? Find(int node, (string, string) place) => Of(node).TryGetValue(place, out var entry) && Now < entry.Until ? entry.Value : null;

        public void Load(int node, (string, string) place, int value, string[] tags) => Of(node)[place] = new Entry(place, value, tags, Now + Lifetime);

        public void Set(int node, (string, string) place, int value, string[] tags)
        {
            Invalidate(other => other.Place == place);
            Load(node, place, value, tags);
        }

        public void Invalidate(Func<Entry, bool> condition)
        {
            foreach (var entries in _nodes)
            {
                foreach (var entry in entries.Values.Where(condition).ToArray()) entries.Remove(entry.Place);
            }
        }

        private Dictionary<(string Tenant, string Key), Entry> Of(int node) => _nodes[holdsValues ? 0 : node];
    }

    private sealed record Entry((string Tenant, string Key) Place, int Value, string[] Tags, long Until);

    public sealed record Step(byte Kind, byte Node, byte Tenant, byte Key, byte Tags);
}
