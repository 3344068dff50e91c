using DistributedCache.Local;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Local;

/// <summary>Random commands against a dictionary that is told by the callback what left.</summary>
public class LocalStoreModelTests
{
    private const int RegionBudget = 1_000;

    [Property(MaxTest = 150, EndSize = 600)]
    public void Store_RandomCommands_AgreesWithModel(Command[] commands)
    {
        var model = new Dictionary<string, LocalEntry>();
        var store = new LocalStore(
            new LocalStoreOptions
            {
                Budget = 4 * RegionBudget,
                Regions =
                [
                    new(EvictionKind.Adaptive, RegionBudget),
                    new(EvictionKind.Lru, RegionBudget),
                    new(EvictionKind.Never, RegionBudget),
                ],
            },
            (entry, reason) =>
            {
                Assert.NotEqual((RemovalReason.Evicted, (byte)3), (reason, entry.Region));
                if (reason == RemovalReason.Replaced)
                    return;
                Assert.True(model.TryGetValue(entry.Key, out var known) && known == entry, $"'{entry.Key}' left, {reason}, but was not there.");
                model.Remove(entry.Key);
            });

        var now = 0L;
        foreach (var command in commands)
        {
            now += command.Step % 16;
            Run(command, now, store, model);
            store.Validate();
            Assert.Equal(model.Count, store.Count);
            Assert.Equal(model.Values.Sum(e => (long)e.Weight), store.Bytes);
            foreach (var (key, entry) in model)
            {
                Assert.Same(entry, store.Find(key));
                Assert.Same(entry, store.Find(key.AsSpan()));
            }
        }
    }

    private static void Run(Command command, long now, LocalStore store, Dictionary<string, LocalEntry> model)
    {
        var key = "product:" + command.Key;
        var present = model.GetValueOrDefault(key);
        switch (command.Kind % 16)
        {
            case 0:
                Assert.Equal(present is not null, store.Remove(key));
                break;
            case 1:
                Assert.Equal(present is not null, present is not null && store.Remove(present));
                Assert.False(store.Remove(StoreInvariants.New(key)));
                break;
            case 2:
                Assert.Equal(present is not null && command.Size % 2 == 0, store.RemoveIf(key, static (_, even) => even, command.Size % 2 == 0));
                break;
            case 3:
                store.Sweep(now, command.Size);
                break;
            case 4 when command.Size < 16:
                store.Clear();
                Assert.Empty(model);
                break;
            case 4 when command.Size < 32:
                store.Trim(command.Size / 32.0, now);
                break;
            case 5:
                var refused = StoreInvariants.New(key, 1 + command.Size);
                Assert.Equal(PutResult.NotAdmitted, store.PutIf(refused, now, static (found, expected) => found != expected, present));
                break;
            case < 10:
                if (store.Find(key) is { } found)
                    store.Touch(found);
                Assert.Same(present, store.Find(key));
                break;
            default:
                Put(command, key, now, store, model);
                break;
        }
    }

    private static void Put(Command command, string key, long now, LocalStore store, Dictionary<string, LocalEntry> model)
    {
        var entry = new LocalEntry(key, new object(), 1 + command.Size * 5, (byte)(command.Kind / 16 % 4))
        {
            Deadline = now + command.Step,
            EarlyWindow = 5,
            StaleFor = command.Size,
        };
        var evictions = store.Evictions;
        var result = store.Put(entry, now);

        // The callback has taken out what gave way; the replaced one it left to us, who know the outcome.
        model.Remove(key);
        if (result == PutResult.Stored)
            model[key] = entry;

        Assert.Equal(entry.Weight > RegionBudget, result == PutResult.RefusedTooLarge);
        if (result == PutResult.RefusedFull || entry.Region == 3)
            Assert.Equal((3, evictions), (entry.Region, store.Evictions));
    }

    public sealed record Command(byte Kind, byte Key, byte Size, byte Step);
}
