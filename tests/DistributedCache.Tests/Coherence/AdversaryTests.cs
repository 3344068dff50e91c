using DistributedCache.Tests.Remote;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Coherence;

/// <summary>Random reads and writes while messages are lost, late, repeated and out of order, logs are too short, masters change and
/// state is evicted: no answer is ever older than MaxStaleness allows, and when all is quiet every node answers what is true.</summary>
public class AdversaryTests
{
    private static readonly string[] Keys = ["a", "b", "c", "d", "e:1", "e:2"];

    [Property(MaxTest = 60, EndSize = 200)]
    public Task Cache_MessagesAreLostLateAndRepeated_NothingInvalidatedIsServed(Step[] steps, int seed) => RunAsync(steps, seed, loses: true, forgets: false, logLength: 8);

    [Property(MaxTest = 40, EndSize = 200)]
    public Task Cache_LogIsTooShort_NothingInvalidatedIsServed(Step[] steps, int seed) => RunAsync(steps, seed, loses: true, forgets: false, logLength: 1);

    [Property(MaxTest = 60, EndSize = 200)]
    public Task Cache_MastersForgetWhatNodesKnew_NothingInvalidatedIsServedOnceNodesHaveLooked(Step[] steps, int seed) =>
        RunAsync(steps, seed, loses: false, forgets: true, logLength: 8);

    [Property(MaxTest = 60, EndSize = 200)]
    public Task Cache_MastersForgetAndMessagesAreLost_NothingInvalidatedIsServedOnceNodesHaveLooked(Step[] steps, int seed) =>
        RunAsync(steps, seed, loses: true, forgets: true, logLength: 8);

    private static async Task RunAsync(Step[] steps, int seed, bool loses, bool forgets, int logLength)
    {
        var random = new Random(seed);
        var remote = new LossyRemote(partitions: 2, logLength);
        await using var nodes = new LossyNodes(3, o =>
        {
            o.Profiles["Default"].Duration = TimeSpan.FromHours(1);
            o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.Refuse;
        }, remote);
        var bound = (long)nodes.Engine(0).MaxStaleness.TotalMilliseconds;
        var source = new Source();
        if (loses) remote.Fates = (_, _) => (Fate)random.Next(4);
        foreach (var step in steps)
        {
            var node = nodes[step.Node % 3];
            var key = Keys[step.Key % Keys.Length];
            switch (step.Kind % 14)
            {
                case 0 or 1 or 2:
                    var read = await node.GetOrCreateAsync(key, (_, _) => ValueTask.FromResult(source[key]), tags: [Tag(key)], cancellationToken: CancellationToken.None);
                    if (!forgets) Assert.InRange(read, source.At(key, nodes.Engine(0).Clock.Now - bound), source[key]);
                    break;
                case 3:
                    var many = await node.GetOrCreateManyAsync<int>(
                        Keys, (missing, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(missing.ToDictionary(k => k, k => source[k])), tags: ["t", "u"], cancellationToken: CancellationToken.None);
                    if (!forgets) Assert.All(many, found => Assert.InRange(found.Value, source.At(found.Key, nodes.Engine(0).Clock.Now - bound), source[found.Key]));
                    break;
                case 4 or 5:
                    source.Change(nodes.Engine(0).Clock.Now, key);
                    await node.RemoveAsync(key, CancellationToken.None);
                    break;
                case 6:
                    source.Change(nodes.Engine(0).Clock.Now, key);
                    if ((await node.SetAsync(key, source[key], null, [Tag(key)], CancellationToken.None)).Status != InvalidationStatus.Acknowledged)
                        await node.RemoveAsync(key, CancellationToken.None);
                    break;
                case 7:
                    source.Change(nodes.Engine(0).Clock.Now, [.. Keys.Where(k => k.StartsWith("e:", StringComparison.Ordinal))]);
                    await node.RemoveByPrefixAsync("e:", CancellationToken.None);
                    break;
                case 12 when step.Key % 2 == 0:
                    source.Change(nodes.Engine(0).Clock.Now, [.. Keys.Where(k => Tag(k) == Tag(key))]);
                    await node.RemoveByTagAsync(Tag(key), CancellationToken.None);
                    break;
                case 8 when step.Key % 4 == 0:
                    source.Change(nodes.Engine(0).Clock.Now, Keys);
                    await node.ClearAsync(CancellationToken.None);
                    break;
                case 9:
                    remote.DeliverLate(random.Next());
                    break;
                case 10:
                    remote.FailOver(step.Key % 2, forgets ? step.Key % 4 : 0);
                    break;
                case 11 when step.Key % 4 == 0:
                    remote.Evict(step.Key % 2);
                    break;
                case 13 when forgets && !loses && step.Key % 4 == 0:
                    remote.PutBack(step.Key / 4 % 2, step.Key % 3);
                    break;
                default:
                    nodes.Time.Advance(TimeSpan.FromMilliseconds(step.Key * 4));
                    break;
            }
        }

        remote.Fates = static (_, _) => Fate.Delivered;
        remote.DeliverLate(random.Next());
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        foreach (var key in Keys)
        {
            for (var i = 0; i < 3; i++) Assert.Equal(source[key], await nodes[i].GetOrCreateAsync(key, (_, _) => ValueTask.FromResult(source[key]), cancellationToken: CancellationToken.None));
        }
    }

    private static string Tag(string key) => key is "a" or "b" ? "t" : "u";

    /// <summary>What is true of each key, and was.</summary>
    private sealed class Source
    {
        private readonly Dictionary<string, List<(long Since, int Value)>> _values = Keys.ToDictionary(k => k, _ => new List<(long, int)> { (long.MinValue, 0) });

        public int this[string key] => _values[key][^1].Value;

        public int At(string key, long moment) => _values[key].Last(v => v.Since <= moment).Value;

        public void Change(long now, params string[] keys)
        {
            foreach (var key in keys) _values[key].Add((now, this[key] + 1));
        }
    }

    public sealed record Step(byte Kind, byte Node, byte Key);
}
