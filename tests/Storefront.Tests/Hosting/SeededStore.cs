using Storefront.Tests.Hosting;

[assembly: AssemblyFixture(typeof(SeededStore))]

namespace Storefront.Tests.Hosting;

/// <summary>A store that was started once, for all tests to begin from a copy of what it seeded.</summary>
public sealed class SeededStore : IAsyncLifetime
{
    private static StoreFile? _file;

    public static StoreFile Copy() =>
        new StoreFile().CopyFrom(_file ?? throw new InvalidOperationException("The assembly's fixture has not started."));

    public async ValueTask InitializeAsync()
    {
        var file = new StoreFile();
        await using var store = new TestStore(file);
        store.StartServer();
        _file = file;
    }

    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        return ValueTask.CompletedTask;
    }
}
